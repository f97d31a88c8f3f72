import type { CallOptions } from '../core/index.js';
import type { BatchHandle, Engine, ModelWeights, Transformer, Vector } from '../engine/index.js';

// Shapes: T tokens, C hidden size, V vocabulary.

/** A model's weights and the engine they are on. */
export interface WeightsOnEngine {
  readonly engine: Engine;
  readonly transformer: Transformer;
  readonly weights: ModelWeights;
}

/** @returns logits `[T, V]` of what follows each token. */
export function computeLogits(model: WeightsOnEngine, tokens: Int32Array, options: CallOptions): Promise<Float32Array> {
  const rows = Int32Array.from(tokens.keys());
  return withHidden(model, tokens, options, (hidden_TC) =>
    model.transformer.headLogits(headOf(model), hidden_TC, rows),
  );
}

/** @returns for each token `-log p` of it given those before it `[T]`, in nats; 0 for the first. */
export function computeTokenLosses(
  model: WeightsOnEngine,
  tokens: Int32Array,
  options: CallOptions,
): Promise<Float32Array> {
  return withHidden(model, tokens, options, async (hidden_TC, batch) => {
    const { tokenLosses } = await model.transformer.headLoss(headOf(model), hidden_TC, batch, {
      gradientScale: 1,
      tokenLosses: true,
    });
    // The engine notes a loss where it is predicted; a text's reader wants it where the token stands.
    const losses_T = new Float32Array(tokens.length);
    losses_T.set(tokenLosses!.subarray(0, -1), 1);
    return losses_T;
  });
}

function headOf({ weights }: WeightsOnEngine) {
  return { head: weights.at(-1)!, embedding: weights[0] };
}

/** Computes the input of the head for one sequence, lends it, and releases everything. */
async function withHidden<Result>(
  { engine, transformer, weights }: WeightsOnEngine,
  tokens: Int32Array,
  { signal, onProgress }: CallOptions,
  use: (hidden_TC: Vector, batch: BatchHandle) => Promise<Result>,
): Promise<Result> {
  const sequenceStarts = Int32Array.of(0, tokens.length);
  const batch = await transformer.batch({ tokens, labels: tokens, sequenceStarts });
  let hidden_TC: Vector | undefined;
  try {
    const layers = weights.slice(1, -1);
    hidden_TC = await transformer.embeddingForward(weights[0]!, batch);
    for (const [layer, block] of layers.entries()) {
      signal?.throwIfAborted();
      const { output } = await transformer.layerForward(block, hidden_TC, batch, false);
      engine.release(hidden_TC);
      hidden_TC = output;
      onProgress?.({ phase: 'layers', done: layer + 1, total: layers.length });
    }
    return await use(hidden_TC, batch);
  } finally {
    engine.release(hidden_TC, batch);
  }
}
