import type { CallOptions } from '../../core/index.js';
import type { CheckpointBlock, TensorKind } from './pieces.js';
import type { TrainingState } from './state.js';

/**
 * A saved training state, verified. Whatever number of ranks wrote it, any part of any block can be read: that is all
 * that resuming at another world size takes.
 *
 * @public
 */
export class TrainingCheckpoint {
  readonly path: string;
  readonly state: TrainingState;
  /** Ranks that wrote it. */
  readonly worldSize: number;

  private constructor(path: string, state: TrainingState, worldSize: number) {
    this.path = path;
    this.state = state;
    this.worldSize = worldSize;
  }

  /**
   * Opens one checkpoint, reading every file once to compare its SHA-256.
   *
   * @throws CheckpointError naming the file that is damaged.
   */
  static async open(_path: string, _options: CallOptions = {}): Promise<TrainingCheckpoint> {
    throw new Error('under construction');
  }

  /**
   * Reads a part of a block's flat vector.
   *
   * @param start - first element.
   * @param into - filled and returned; its length says how much is read.
   * @throws CheckpointError where the checkpoint holds another model.
   */
  async read(
    _kind: TensorKind,
    _block: CheckpointBlock,
    _start: number,
    _into: Float32Array,
    _signal?: AbortSignal,
  ): Promise<Float32Array> {
    throw new Error('under construction');
  }
}
