import type { Embedding } from '../conversation/index.js';
import { type CallOptions, VicunaError } from '../core/index.js';
import type { Tokenizer } from '../tokenizer/index.js';
import { computeHidden, type WeightsOnEngine } from './evaluate.js';

// Shapes: T tokens, C hidden size.

/** Tokens computed at once: enough to keep a processor busy, few enough that chats do not wait long. */
const BATCH_TOKENS = 1024;

export interface EmbeddingJob {
  readonly texts: readonly string[];
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
  /** Has one batch computed, when nothing else is. @param batch - texts as tokens. @returns final hidden states `[T, C]`. */
  readonly compute: (batch: readonly Int32Array[]) => Promise<Float32Array>;
}

/**
 * Texts as points: the mean of a text's final hidden states (after the final norm), scaled to length 1.
 *
 * @throws VicunaError `context-overflow` naming the text that is too long.
 */
export async function embedTexts(job: EmbeddingJob, { signal, onProgress }: CallOptions): Promise<Embedding[]> {
  const { texts, tokenizer, contextLength, compute } = job;
  const tokenized = (await tokenizer.encodeBatch(texts)).map(({ ids }) => ids);
  for (const [index, { length }] of tokenized.entries())
    if (length === 0 || length > contextLength)
      throw new VicunaError(
        'context-overflow',
        `Text ${index} takes ${length} tokens: from 1 to ${contextLength}, the model's context, can be embedded. ` +
          (length === 0 ? 'Leave it out.' : 'Split it.'),
      );
  const embeddings: Embedding[] = [];
  while (embeddings.length < tokenized.length) {
    signal?.throwIfAborted();
    const batch = takeBatch(tokenized, embeddings.length);
    const hidden_TC = await compute(batch);
    const hiddenSize = hidden_TC.length / batch.reduce((sum, { length }) => sum + length, 0);
    let start = 0;
    for (const { length } of batch) {
      const end = start + length * hiddenSize;
      embeddings.push({ values: meanDirection(hidden_TC.subarray(start, end), hiddenSize), tokens: length });
      start = end;
    }
    onProgress?.({ phase: 'embed', done: embeddings.length, total: tokenized.length });
  }
  return embeddings;
}

/** @returns final hidden states `[T, C]` of sequences laid end to end. */
export async function computeFinalHidden(
  model: WeightsOnEngine,
  sequences: readonly Int32Array[],
  options: CallOptions,
): Promise<Float32Array> {
  return computeHidden(model, sequences, options, async (hidden_TC) => {
    const { engine, transformer, weights } = model;
    const normalised_TC = await transformer.finalNorm({ head: weights.at(-1)!, embedding: weights[0] }, hidden_TC);
    try {
      return await engine.download(normalised_TC);
    } finally {
      engine.release(normalised_TC);
    }
  });
}

/** Texts from `first` on, as many as fit; at least one. */
function takeBatch(texts: readonly Int32Array[], first: number): readonly Int32Array[] {
  let end = first;
  for (let tokens = 0; end < texts.length; end++) {
    tokens += texts[end]!.length;
    if (end > first && tokens > BATCH_TOKENS) break;
  }
  return texts.slice(first, end);
}

function meanDirection(hidden_TC: Float32Array, hiddenSize: number): Float32Array {
  const sums_C = new Float64Array(hiddenSize);
  for (let index = 0; index < hidden_TC.length; index++) sums_C[index % hiddenSize]! += hidden_TC[index]!;
  // The mean differs from the sum by a factor, which scaling takes away.
  const length = Math.hypot(...sums_C);
  return Float32Array.from(sums_C, (sum) => (length === 0 ? 0 : sum / length));
}
