import type { TrainingCheckpoint } from './checkpoint.js';
import type { CheckpointBlock } from './pieces.js';

/**
 * Reads a checkpoint's weights for {@link writeWeights}, one block at a time into the same memory: a training checkpoint
 * becomes a Hugging Face directory without the whole model in memory.
 */
export function checkpointWeights(
  checkpoint: TrainingCheckpoint,
  blocks: readonly CheckpointBlock[],
  signal?: AbortSignal,
): (block: number) => Promise<Float32Array> {
  const memory = new Float32Array(Math.max(0, ...blocks.map(({ size }) => size)));
  return (block) => {
    const layout = blocks[block]!;
    return checkpoint.read('parameters', layout, 0, memory.subarray(0, layout.size), signal);
  };
}
