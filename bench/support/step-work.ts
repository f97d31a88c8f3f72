import type { KernelTime } from '../../src/engine/native/engine.js';
import type { Size } from './sizes.js';

// T tokens, C hidden, H heads, K key heads, D head size, F feed-forward, V vocabulary.

/** Floating-point operations of a training step, a multiply-add counted as two. */
export interface StepWork {
  /**
   * What the result needs: 6 a token for each weight of a layer's matrices, 6 a supervised token for each weight of the LM
   * head (nobody needs the logits of the others), and causal attention: scores and values, forward and twice in backward,
   * over the pairs of tokens that see each other.
   */
  readonly useful: number;
  /** What the matrix multiplications do: without attention, with what is computed again. */
  readonly multiplied: number;
  /** What attention does forward and backward, with the scores that backward computes again. */
  readonly attended: readonly [forward: number, backward: number];
}

/** @param recomputed - layers are computed again in backward, all but their last product. */
export function stepWork(size: Size, lengths: readonly number[], recomputed: boolean): StepWork {
  const { dim: C, layers, heads: H, kv: K, ffn: F, vocab: V } = size;
  const D = C / H;
  const layer = (H + 2 * K) * D * C + H * D * C + 3 * F * C;
  const tokens = sum(lengths);
  const supervised = sum(lengths.map(supervisedOf));
  const pairs = sum(lengths.map((length) => (length * (length + 1)) / 2));
  const dense = 6 * layers * layer * tokens + 6 * V * C * supervised;
  // One product over all pairs that see each other.
  const product = 2 * layers * H * D * pairs;
  return {
    useful: dense + 6 * product,
    multiplied: dense + (recomputed ? 2 * layers * (layer - F * C) * tokens : 0),
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
