import type { Communicator } from '../../collectives/index.js';
import type { CallOptions } from '../../core/index.js';
import type { TrainingCheckpoint } from './checkpoint.js';
import type { CheckpointCommitEvent, CheckpointEvent, CheckpointFailEvent } from './events.js';
import type { CheckpointBlock, ShardPiece } from './pieces.js';
import type { TrainingState } from './state.js';

/** Where a run's checkpoints are and how many stay. @public */
export interface TrainingCheckpointsConfig {
  /** Of one run, on a file system that all ranks share; made if need be. */
  readonly directory: string;
  /** Committed checkpoints that are kept; older ones are deleted after a newer commit. @defaultValue `8` */
  readonly keep?: number | undefined;
}

/** @public */
export interface TrainingCheckpointsRuntime {
  /** Used inside the calls of {@link TrainingCheckpoints} only, never in between, so training may use the same one. */
  readonly communicator: Communicator;
  /** What the numbers of {@link ShardPiece.block} mean. */
  readonly blocks: readonly CheckpointBlock[];
  /** The same commits and failures on every rank; skips and removals on rank 0. */
  readonly onEvent?: ((event: CheckpointEvent) => void) | undefined;
}

/**
 * The checkpoints of one training run. Every method is a collective: all ranks call it at the same place.
 *
 * A save costs training the copy of the vectors. Files are written meanwhile, and ranks agree on the commit in
 * {@link TrainingCheckpoints.advance}, between two steps, where they meet anyway: a background task that talked to other
 * ranks by itself would need a second network beside that of training.
 *
 * @public
 */
export class TrainingCheckpoints implements AsyncDisposable {
  private constructor() {}

  /** Also deletes what killed saves left. */
  static async open(
    _config: TrainingCheckpointsConfig,
    _runtime: TrainingCheckpointsRuntime,
  ): Promise<TrainingCheckpoints> {
    throw new Error('under construction');
  }

  /** The newest checkpoint that is whole; each damaged one on the way to it is an event. */
  async latest(_options: CallOptions = {}): Promise<TrainingCheckpoint | undefined> {
    throw new Error('under construction');
  }

  /** Opens one checkpoint, the ranks sharing the work of verifying it. */
  async load(_path: string, _options: CallOptions = {}): Promise<TrainingCheckpoint> {
    throw new Error('under construction');
  }

  /**
   * Begins a save: settles when the vectors are copied and may change again. Waits for the save before it first.
   *
   * @param pieces - this rank's; those of all ranks together hold every element exactly once.
   */
  async save(_state: TrainingState, _pieces: readonly ShardPiece[]): Promise<void> {
    throw new Error('under construction');
  }

  /** Takes the save in flight as far as it goes without waiting for a disk. Call it after each step. */
  async advance(): Promise<void> {
    throw new Error('under construction');
  }

  /**
   * Waits for the save in flight: before the process ends.
   *
   * @returns what became of it; `undefined` where there was none.
   */
  async settle(): Promise<CheckpointCommitEvent | CheckpointFailEvent | undefined> {
    throw new Error('under construction');
  }

  /** Gives up the save in flight, without the other ranks, which may be gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    throw new Error('under construction');
  }
}
