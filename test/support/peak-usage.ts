import type { Engine, PackedBatch, Transformer, Vector } from '../../src/engine/index.js';
import { forwardBackward } from '../../src/train/loop.js';
import { type BlockVectors, wholeVectors } from '../../src/train/vectors.js';

/** Vectors of every block, filled, so that their memory is resident. */
export async function filledVectors(engine: Engine, transformer: Transformer, value: number): Promise<Vector[]> {
  const vectors: Vector[] = [];
  for (const { size } of transformer.blocks) vectors.push(await engine.upload(new Float32Array(size).fill(value)));
  return vectors;
}

export interface MeasuredPass {
  readonly engine: Engine;
  readonly transformer: Transformer;
  readonly parameters: readonly Vector[];
  readonly gradients: readonly Vector[];
  /** Bytes of activations that may be kept. */
  readonly activationBytes: number;
}

/**
 * One micro-batch through the trainer's loop.
 *
 * @returns the most bytes that the engine held after any block, beyond what it held before.
 */
export async function peakUsage(pass: MeasuredPass, packed: PackedBatch): Promise<number> {
  const { engine, transformer, activationBytes } = pass;
  const before = engine.usage.bytes;
  let peak = before;
  const parameters: BlockVectors = {
    async lend(block, use) {
      const result = await use(pass.parameters[block]!);
      peak = Math.max(peak, engine.usage.bytes);
      return result;
    },
  };
  await forwardBackward({ engine, transformer, parameters, signals: [] }, packed, {
    gradients: wholeVectors(pass.gradients),
    gradientScale: 1,
    activationBytes,
  });
  return peak - before;
}

/** One conversation, every token learned. */
export function conversationOf(tokens: number, vocabularySize: number): PackedBatch {
  const ids = Int32Array.from({ length: tokens }, (_, index) => (index * 7919) % vocabularySize);
  return { tokens: ids, labels: ids, sequenceStarts: Int32Array.of(0, tokens) };
}
