import { loraBlocks, type ModelShape, type ResolvedLoraConfig } from '../engine/index.js';

// C hidden, H heads, K key heads, D head size, F feed-forward, V vocabulary.

/** What is computed at once, as far as the work depends on it. */
export interface WorkLoad {
  readonly tokens: number;
  /** Those that are learned. */
  readonly supervisedTokens: number;
  /** Pairs of tokens that see each other, each with itself too. */
  readonly attendedPairs: number;
}

/**
 * Floating-point operations that training's result needs, a multiply-add counted as two. What is computed again to save
 * memory is not counted, nor are norms, the optimizer and everything else that is not a product of matrices.
 */
export interface TrainingFlops {
  /** Matrices of the layers: 2 a token for each weight in forward, twice as many in backward; half of those where frozen. */
  readonly matrices: number;
  /** Causal attention: scores and values, forward and twice in backward, over the pairs of tokens that see each other. */
  readonly attention: number;
  /** The LM head, for supervised tokens alone: nobody needs the logits of the others. */
  readonly head: number;
}

/** Operations of one weight for one token: forward, gradient of the input, gradient of the weight. */
const LEARNED = 6;
/** The last of the three is nobody's wish. */
const FROZEN = 4;

/** Counts the operations of a model's training, the one definition that events, plans and benches use. */
export function flopsCounter(
  shape: ModelShape,
  lora: ResolvedLoraConfig | undefined,
): (load: WorkLoad) => TrainingFlops {
  const { vocabularySize: V, hiddenSize: C, heads: H, headSize: D, layers } = shape;
  const each = lora === undefined ? LEARNED : FROZEN;
  const adapters = lora === undefined ? 0 : loraBlocks(shape, lora).reduce((total, { size }) => total + size, 0);
  const matrices = each * layers * layerMatrixWeights(shape) + LEARNED * adapters;
  return ({ tokens, supervisedTokens, attendedPairs }) => ({
    matrices: matrices * tokens,
    attention: 6 * 2 * layers * H * D * attendedPairs,
    head: each * V * C * supervisedTokens,
  });
}

export function totalFlops({ matrices, attention, head }: TrainingFlops): number {
  return matrices + attention + head;
}

/** Weights of one layer's matrices. */
export function layerMatrixWeights(shape: ModelShape): number {
  const { hiddenSize: C, heads: H, keyValueHeads: K, headSize: D, ffnSize: F } = shape;
  return (H + 2 * K) * D * C + H * D * C + 3 * F * C;
}
