import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Communicator } from '../../collectives/index.js';
import { type CallOptions, parseConfig, type Resolved } from '../../core/index.js';
import { fileError } from '../../io/index.js';
import type { TrainingCheckpoint } from './checkpoint.js';
import { commitSave } from './commit.js';
import { type CheckpointEntry, checkpointName, listCheckpoints, removeCheckpoint, removeEmpty } from './directory.js';
import type { CheckpointCommitEvent, CheckpointEvent, CheckpointFailEvent, CheckpointSkipEvent } from './events.js';
import { onEveryRank } from './gather.js';
import type { CheckpointBlock, ShardPiece } from './pieces.js';
import { writeRankFile } from './rank-file.js';
import { Retention } from './retention.js';
import { SaveInFlight } from './save.js';
import { planSave } from './save-plan.js';
import { openNewest, openTogether } from './select.js';
import { Snapshot } from './snapshot.js';
import type { TrainingState } from './state.js';

/** Where a run's checkpoints are and how many stay. @public */
export interface TrainingCheckpointsConfig {
  /** Of one run, on a file system that all ranks share; made if need be. */
  readonly directory: string;
  /**
   * How many of the newest stay. An older one is deleted only after a commit; a damaged one does not count.
   *
   * @defaultValue `8`
   */
  readonly keep?: number | undefined;
}

const configSchema: z.ZodType<Resolved<TrainingCheckpointsConfig>, TrainingCheckpointsConfig> = z.strictObject({
  directory: z.string().min(1),
  keep: z.int().positive().default(8),
});

/** What {@link TrainingCheckpoints} work with. @public */
export interface TrainingCheckpointsRuntime {
  /** Used inside the calls of {@link TrainingCheckpoints} only, never in between, so training may use the same one. */
  readonly communicator: Communicator;
  /** What the numbers of {@link ShardPiece.block} mean. */
  readonly blocks: readonly CheckpointBlock[];
  /** The same commits and failures on every rank; skips and removals on rank 0. Called inside of calls only. */
  readonly onEvent?: ((event: CheckpointEvent) => void) | undefined;
}

/** A save, and where this rank's part of it goes. */
interface InFlight {
  readonly save: SaveInFlight;
  readonly path: string;
  readonly file: string;
}

/**
 * The checkpoints of one training run. Every method is a collective: all ranks call it at the same place.
 *
 * A save costs training the copy of the vectors, into memory that is kept for the next save. Files are written meanwhile,
 * and ranks agree on the commit in {@link TrainingCheckpoints.advance}, between two steps, where they meet anyway: a
 * background task that talked to other ranks by itself would need a second network beside that of training.
 *
 * @public
 */
export class TrainingCheckpoints implements AsyncDisposable {
  readonly #directory: string;
  /** Whether this process made the directory. */
  readonly #isMade: boolean;
  readonly #communicator: Communicator;
  readonly #blocks: readonly CheckpointBlock[];
  readonly #onEvent: (event: CheckpointEvent) => void;
  readonly #retention: Retention;
  readonly #takenNames: Set<string>;
  readonly #snapshot = new Snapshot();
  readonly #disposal = new AbortController();
  #inFlight: InFlight | undefined;
  #committedStep: number | undefined;

  private constructor(
    { directory, keep }: Resolved<TrainingCheckpointsConfig>,
    { communicator, blocks, onEvent = () => undefined }: TrainingCheckpointsRuntime,
    { isMade, entries }: { readonly isMade: boolean; readonly entries: readonly CheckpointEntry[] },
  ) {
    this.#isMade = isMade;
    this.#directory = directory;
    this.#communicator = communicator;
    this.#blocks = blocks;
    this.#onEvent = onEvent;
    this.#retention = new Retention(keep, entries);
    this.#takenNames = new Set(entries.map(({ name }) => name));
  }

  /**
   * Makes the directory and deletes what killed saves left in it: directories called like a checkpoint, without a whole
   * `manifest.json` and with nothing but files of ranks inside.
   *
   * @throws ConfigError
   * @throws VicunaError `file-unwritable`.
   */
  static async open(
    config: TrainingCheckpointsConfig,
    runtime: TrainingCheckpointsRuntime,
  ): Promise<TrainingCheckpoints> {
    const settings = parseConfig(configSchema, config, 'Training checkpoints config');
    const directory = resolve(settings.directory);
    const { communicator, onEvent } = runtime;
    const { isMade, entries } = await onEveryRank(communicator, async () => {
      const made = await mkdir(directory, { recursive: true }).catch((error: unknown) => {
        throw fileError('file-unwritable', directory, error);
      });
      const isMade = made !== undefined;
      if (communicator.rank !== 0) return { isMade, entries: [] };
      const found = await listCheckpoints(directory);
      for (const { status, path } of found) if (status === 'unfinished') await removeCheckpoint(path);
      return { isMade, entries: found };
    });
    for (const { status, path } of entries)
      if (status === 'unfinished') onEvent?.({ type: 'checkpoint-remove', path, reason: 'unfinished' });
    const left = entries.filter(({ status }) => status !== 'unfinished');
    return new TrainingCheckpoints({ ...settings, directory }, runtime, { isMade, entries: left });
  }

  /**
   * The checkpoint to resume from: the last committed one that is whole. Each damaged one is an event that names the
   * file and what is wrong with it.
   *
   * @throws TrainingCheckpointError `checkpoint-unsupported` when a newer version of this package wrote one: going on
   * from an older one would silently lose its steps. `checkpoint-unreadable` when there are some and none is whole.
   */
  async latest(options: CallOptions = {}): Promise<TrainingCheckpoint | undefined> {
    const entries = await onEveryRank(this.#communicator, () =>
      this.#communicator.rank === 0 ? listCheckpoints(this.#directory) : [],
    );
    const onSkip = (event: CheckpointSkipEvent) => {
      this.#retention.markDamaged(event.path);
      this.#onEvent(event);
    };
    const found = await openNewest(entries, this.#communicator, onSkip, options);
    this.#committedStep = found?.state.step;
    return found;
  }

  /**
   * Opens one checkpoint, the ranks sharing the work of verifying it.
   *
   * @throws TrainingCheckpointError naming the file that is damaged.
   */
  async load(path: string, options: CallOptions = {}): Promise<TrainingCheckpoint> {
    return openTogether(resolve(path), this.#communicator, options);
  }

  /**
   * Begins a save: settles when the vectors are copied and may change again. Waits for the save before it first. A step
   * that was committed last is not saved again.
   *
   * Whatever goes wrong with writing is a `checkpoint-fail` event: its files are removed, older checkpoints stand.
   *
   * @param pieces - this rank's; those of all ranks together hold every element of each kind exactly once.
   * @throws RangeError when they do not.
   * @throws ConfigError when JSON cannot hold the state.
   */
  async save(state: TrainingState, pieces: readonly ShardPiece[]): Promise<void> {
    await this.settle();
    if (state.step === this.#committedStep) return;
    const started = performance.now();
    const plan = await planSave({
      state,
      pieces,
      blocks: this.#blocks,
      communicator: this.#communicator,
      name: checkpointName(state.step, this.#takenNames),
    });
    this.#takenNames.add(plan.name);
    const copying = performance.now();
    const values = await this.#snapshot.take(plan.pieces);
    const copySeconds = (performance.now() - copying) / 1000;
    const path = join(this.#directory, plan.name);
    const file = join(path, plan.layout.name);
    const work = {
      step: state.step,
      path,
      started,
      copySeconds,
      write: async () => {
        // Every rank: on some bucket mounts a directory is known to others only when there is a file in it.
        await mkdir(path, { recursive: true }).catch((error: unknown) => {
          throw fileError('file-unwritable', path, error);
        });
        const sha256 = await writeRankFile(file, plan.layout.header, values, this.#disposal.signal);
        return { bytes: plan.layout.bytes, sha256 };
      },
      commit: (hashes: readonly string[]) => commitSave({ path, plan, hashes, blocks: this.#blocks }, this.#retention),
      abandon: () => removeCheckpoint(path),
    };
    this.#inFlight = { save: new SaveInFlight(work, this.#communicator), path, file };
  }

  /** Takes the save in flight as far as it goes without waiting for a disk. Call it after each step. */
  async advance(): Promise<void> {
    const outcome = await this.#inFlight?.save.advance();
    if (outcome !== undefined) this.#conclude(outcome);
  }

  /**
   * Waits for the save in flight: before the process ends.
   *
   * @returns what became of it; `undefined` where there was none.
   */
  async settle(): Promise<CheckpointCommitEvent | CheckpointFailEvent | undefined> {
    const outcome = await this.#inFlight?.save.settle();
    if (outcome !== undefined) this.#conclude(outcome);
    return outcome;
  }

  #conclude(outcome: CheckpointCommitEvent | CheckpointFailEvent): void {
    this.#inFlight = undefined;
    if (outcome.type === 'checkpoint-commit') this.#committedStep = outcome.step;
    this.#onEvent(outcome);
    for (const event of this.#retention.takeEvents()) this.#onEvent(event);
  }

  /**
   * Gives up a save that is not committed, without the other ranks, which may be gone. No file stays open, and no
   * directory that was made for nothing.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const inFlight = this.#inFlight;
    this.#inFlight = undefined;
    this.#disposal.abort();
    // What cannot be deleted now is when the checkpoints are opened next.
    if (inFlight !== undefined) await giveUp(inFlight).catch(() => undefined);
    if (this.#isMade) await removeEmpty(this.#directory).catch(() => undefined);
  }
}

async function giveUp({ save, path, file }: InFlight): Promise<void> {
  await save.idle();
  if (save.isFinishing) return;
  await rm(file, { force: true });
  await removeEmpty(path);
}
