import { type CallOptions, VicunaError } from '../core/index.js';
import type { BatchHandle, Engine, ModelWeights, PackedBatch, Transformer, Vector } from '../engine/index.js';

// Shapes: T tokens, C hidden size, V vocabulary.

/** A model's weights and the engine they are on. */
export interface WeightsOnEngine {
  readonly engine: Engine;
  readonly transformer: Transformer;
  readonly weights: ModelWeights;
}

/** @throws VicunaError `context-overflow` where so many tokens cannot be computed at once. */
export function assertOneContext(tokens: number, contextLength: number): void {
  if (tokens > 0 && tokens <= contextLength) return;
  throw new VicunaError(
    'context-overflow',
    `${tokens} tokens cannot be computed at once: from 1 to ${contextLength}, the model's context, can. Split them.`,
  );
}

/** @returns logits `[T, V]` of what follows each token. */
export function computeLogits(model: WeightsOnEngine, tokens: Int32Array, options: CallOptions): Promise<Float32Array> {
  const rows = Int32Array.from(tokens.keys());
  return computeHidden(model, [tokens], options, (hidden_TC) =>
    model.transformer.headLogits(headOf(model), hidden_TC, rows),
  );
}

/** @returns for each token `-log p` of it given those before it `[T]`, in nats; 0 for the first. */
export function computeTokenLosses(
  model: WeightsOnEngine,
  tokens: Int32Array,
  options: CallOptions,
): Promise<Float32Array> {
  return computeHidden(model, [tokens], options, async (hidden_TC, batch) => {
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

/** Computes the input of the head for sequences laid end to end, lends it, and releases everything. */
export async function computeHidden<Result>(
  { engine, transformer, weights }: WeightsOnEngine,
  sequences: readonly Int32Array[],
  { signal, onProgress }: CallOptions,
  use: (hidden_TC: Vector, batch: BatchHandle) => Promise<Result>,
): Promise<Result> {
  const batch = await transformer.batch(packed(sequences));
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

function packed(sequences: readonly Int32Array[]): PackedBatch {
  const sequenceStarts = new Int32Array(sequences.length + 1);
  for (const [index, { length }] of sequences.entries()) sequenceStarts[index + 1] = sequenceStarts[index]! + length;
  const tokens = new Int32Array(sequenceStarts.at(-1)!);
  for (const [index, sequence] of sequences.entries()) tokens.set(sequence, sequenceStarts[index]);
  return { tokens, labels: tokens, sequenceStarts };
}
