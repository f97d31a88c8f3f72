import type { TrainingCheckpoint } from './checkpoint.js';
import type { CheckpointBlock } from './pieces.js';

/**
 * A checkpoint's weights as {@link writeWeights} asks for them, one block at a time: a training checkpoint becomes a
 * Hugging Face directory without the whole model in memory.
 */
export function checkpointWeights(
  checkpoint: TrainingCheckpoint,
  blocks: readonly CheckpointBlock[],
  signal?: AbortSignal,
): (block: number, into: Float32Array) => Promise<Float32Array> {
  return (block, into) => checkpoint.read('parameters', blocks[block]!, 0, into, signal);
}
