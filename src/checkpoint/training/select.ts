import { dirname, resolve } from 'node:path';
import { type Communicator, SingleRank } from '../../collectives/index.js';
import type { CallOptions } from '../../core/index.js';
import { TrainingCheckpointError } from '../errors.js';
import { readCheckpointManifest, TrainingCheckpoint } from './checkpoint.js';
import { type CheckpointEntry, listCheckpoints } from './directory.js';
import type { CheckpointSkipEvent } from './events.js';
import { gatherTexts, messageOf, onEveryRank } from './gather.js';
import type { Manifest } from './manifest.js';
import { verifyFile } from './verify.js';

/** What a rank found wrong with a checkpoint. */
interface Damage {
  readonly file: string;
  readonly problem: string;
}

/**
 * Opens the newest checkpoint that is whole. Rank 0's list decides, so that no two ranks begin at different places; each
 * rank reads its share of the files.
 *
 * @param entries - on rank 0; newest first.
 * @param onSkip - called on rank 0.
 * @throws TrainingCheckpointError `checkpoint-unreadable` where there are checkpoints and none is whole.
 */
export async function openNewest(
  entries: readonly CheckpointEntry[],
  communicator: Communicator,
  onSkip: (event: CheckpointSkipEvent) => void,
  options: CallOptions,
): Promise<TrainingCheckpoint | undefined> {
  const skipped: CheckpointSkipEvent[] = [];
  const skip = (event: Omit<CheckpointSkipEvent, 'type'>) => {
    skipped.push({ type: 'checkpoint-skip', ...event });
    onSkip(skipped.at(-1)!);
  };
  await onEveryRank(communicator, () => {
    const newer = entries.find((entry) => entry.status === 'unsupported');
    if (newer?.status === 'unsupported') throw newer.error;
  });
  for (const entry of entries)
    if (entry.status === 'damaged') skip({ path: entry.path, file: entry.error.file, problem: entry.error.message });
  const paths = entries.filter(({ status }) => status === 'committed').map(({ path }) => path);
  const [shared] = await gatherTexts(communicator, JSON.stringify(paths));
  for (const path of JSON.parse(shared!) as string[]) {
    const { manifest, damage } = await inspectTogether(path, communicator, options);
    if (damage === undefined) return TrainingCheckpoint.ofVerified(path, manifest!);
    if (communicator.rank === 0) skip({ path, ...damage });
  }
  await onEveryRank(communicator, () => {
    if (skipped.length > 0) throw nothingWhole(skipped);
  });
  return undefined;
}

/** To begin at step 0 as if nothing had been learned would be the worst surprise of all. */
function nothingWhole([newest, ...older]: readonly CheckpointSkipEvent[]): TrainingCheckpointError {
  const others = older.length === 0 ? '' : ` The ${older.length} before it are damaged too.`;
  return new TrainingCheckpointError(
    'checkpoint-unreadable',
    dirname(newest!.path),
    `no checkpoint in it is whole. ${newest!.problem}${others} Restore one from a copy, or begin anew with resume: false ` +
      'or another directory.',
  );
}

/**
 * The newest checkpoint of a run that is whole, for a process beside the run: to export or inspect it. It changes nothing
 * in the directory.
 *
 * @throws TrainingCheckpointError `checkpoint-unsupported` when a newer version of this package wrote one,
 * `checkpoint-unreadable` where there are some and none is whole.
 * @public
 */
export async function latestCheckpoint(
  directory: string,
  { onEvent, ...options }: CallOptions & { readonly onEvent?: ((event: CheckpointSkipEvent) => void) | undefined } = {},
): Promise<TrainingCheckpoint | undefined> {
  const entries = await listCheckpoints(resolve(directory));
  return openNewest(entries, new SingleRank(), (event) => onEvent?.(event), options);
}

/** @throws TrainingCheckpointError on every rank, naming the file that one of them found damaged. */
export async function openTogether(
  path: string,
  communicator: Communicator,
  options: CallOptions,
): Promise<TrainingCheckpoint> {
  const manifest = await onEveryRank(communicator, async () => {
    const read = await readCheckpointManifest(path);
    await verifyShare(path, read, communicator, options);
    return read;
  });
  return TrainingCheckpoint.ofVerified(path, manifest);
}

async function inspectTogether(
  path: string,
  communicator: Communicator,
  options: CallOptions,
): Promise<{ readonly manifest: Manifest | undefined; readonly damage: Damage | undefined }> {
  let manifest: Manifest | undefined;
  let mine: Damage | undefined;
  await onEveryRank(communicator, async () => {
    try {
      manifest = await readCheckpointManifest(path);
      await verifyShare(path, manifest, communicator, options);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      const file = error instanceof TrainingCheckpointError ? error.file : path;
      mine = { file, problem: messageOf(error) };
    }
  });
  const found = await gatherTexts(communicator, mine === undefined ? '' : JSON.stringify(mine));
  const first = found.find((text) => text !== '');
  return { manifest, damage: first === undefined ? undefined : (JSON.parse(first) as Damage) };
}

async function verifyShare(
  path: string,
  { files }: Manifest,
  { rank, worldSize }: Communicator,
  { signal, onProgress }: CallOptions,
): Promise<void> {
  const share = files.filter((_, index) => index % worldSize === rank);
  const total = share.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  for (const file of share) {
    await verifyFile(path, file, signal);
    done += file.bytes;
    onProgress?.({ phase: 'verify', done, total });
  }
}
