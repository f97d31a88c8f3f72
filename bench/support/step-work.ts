import type { KernelTime } from '../../src/engine/native/engine.js';
import { llamaConfigSchema } from '../../src/model/config/llama-config.js';
import { toModelShape } from '../../src/model/index.js';
import { flopsCounter, layerMatrixWeights, totalFlops } from '../../src/train/step-flops.js';
import { modelConfig, type Size } from './sizes.js';

// C hidden, F feed-forward.

/** Floating-point operations of a training step, a multiply-add counted as two. */
export interface StepWork {
  /** What the result needs, as the trainer's step events count it. */
  readonly useful: number;
  /** What the matrix multiplications do: without attention, with what is computed again. */
  readonly multiplied: number;
  /** What attention does forward and backward, with the scores that backward computes again. */
  readonly attended: readonly [forward: number, backward: number];
}

/** @param recomputed - layers are computed again in backward, all but their last product. */
export function stepWork(size: Size, lengths: readonly number[], recomputed: boolean): StepWork {
  const { dim: C, layers, ffn: F } = size;
  const shape = toModelShape(llamaConfigSchema.parse(modelConfig(size)));
  const tokens = sum(lengths);
  const needed = flopsCounter(
    shape,
    undefined,
  )({
    tokens,
    supervisedTokens: sum(lengths.map(supervisedOf)),
    attendedPairs: sum(lengths.map((length) => (length * (length + 1)) / 2)),
  });
  // One product over all pairs that see each other.
  const product = needed.attention / 6;
  const again = recomputed ? 2 * layers * (layerMatrixWeights(shape) - F * C) * tokens : 0;
  return {
    useful: totalFlops(needed),
    multiplied: needed.matrices + needed.head + again,
    attended: [(recomputed ? 4 : 2) * product, 5 * product],
  };
}

/** Tokens learned when every other quarter is; the first of a conversation never is. */
function supervisedOf(length: number): number {
  if (length < 4) return length - 1;
  return Array.from({ length }, (_, index) => Math.floor((index * 4) / length) % 2).filter((odd) => odd === 1).length;
}

/** Kernels that a reader thinks of as one. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'matrix multiply': ['multiply', 'skinnyMultiply', 'wideMultiply'],
  'attention forward': ['attentionForward'],
  'attention backward': ['attentionBackward'],
  norms: ['rmsNormForward', 'rmsNormBackward'],
  rope: ['rope'],
  SwiGLU: ['swigluForward', 'swigluBackward'],
  'cross-entropy': ['crossEntropy'],
  embedding: ['embeddingForward', 'embeddingBackward'],
  AdamW: ['adamw'],
  'norm of gradients': ['sumOfSquares'],
};

/** @param peak - operations a second at most. */
export function breakdown(
  { seconds, kernels }: { readonly seconds: number; readonly kernels: readonly KernelTime[] },
  work: StepWork,
  peak: number,
): string {
  const operations: Readonly<Record<string, number>> = {
    'matrix multiply': work.multiplied,
    'attention forward': work.attended[0],
    'attention backward': work.attended[1],
  };
  const rows = Object.entries(GROUPS).map(([name, members]) => {
    const ours = kernels.filter(({ kernel }) => members.includes(kernel));
    return { name, seconds: sum(ours.map((time) => time.seconds)) };
  });
  const inKernels = sum(kernels.map((time) => time.seconds));
  rows.push({ name: 'copy, clear, other', seconds: inKernels - sum(rows.map((row) => row.seconds)) });
  rows.push({ name: 'between kernels', seconds: seconds - inKernels });
  return rows
    .map((row) => {
      const rate = (operations[row.name] ?? 0) / row.seconds;
      const speed = rate > 0 ? `  ${(rate / 1e9).toFixed(0)} GFLOP/s, ${percent(rate / peak)} of peak` : '';
      const milliseconds = (row.seconds * 1000).toFixed(1).padStart(9);
      return `  ${row.name.padEnd(20)}${milliseconds} ms ${percent(row.seconds / seconds).padStart(6)}${speed}`;
    })
    .join('\n');
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
