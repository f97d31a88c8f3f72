import type { Engine } from '../../src/engine/index.js';
import { type CreateOptions, VicunaModel } from '../../src/model/index.js';
import type { Tokenizer } from '../../src/tokenizer/index.js';

/**
 * A model that says what it is told: each token of `tokens` is followed by the next one. Its attention and feed-forward
 * parts add nothing, its embedding gives every token of the row an axis of its own, and its head reads the axis off.
 *
 * @param tokens - beginning with the token that a prompt ends with; the same token is always followed by the same.
 */
export async function scriptedModel(
  engine: Engine,
  tokenizer: Tokenizer,
  tokens: readonly number[],
  { contextLength = 256, ...options }: { contextLength?: number } & CreateOptions = {},
): Promise<VicunaModel> {
  const axes = [...new Set(tokens)];
  const next = (token: number) => tokens[tokens.indexOf(token) + 1];
  if (tokens.some((token, index) => index + 1 < tokens.length && tokens[index + 1] !== next(token)))
    throw new Error('a token cannot be followed by two');
  const hiddenSize = 2 * Math.ceil(axes.length / 2);
  const config = { hiddenSize, layers: 1, heads: 1, ffnSize: 2, contextLength };
  const model = await VicunaModel.create(config, { engine, tokenizer, batching: { prefixCacheBytes: 0 }, ...options });
  const { vocabularySize } = model.config;
  const embedding = new Float32Array(vocabularySize * hiddenSize);
  const layer = new Float32Array(model.parameters[1]!.length);
  const head = new Float32Array(hiddenSize + vocabularySize * hiddenSize).fill(1, 0, hiddenSize);
  for (const [axis, token] of axes.entries()) {
    embedding[token * hiddenSize + axis] = 1;
    const following = next(token);
    if (following !== undefined) head[hiddenSize + following * hiddenSize + axis] = 100;
  }
  for (const [block, values] of [embedding, layer, head].entries())
    await engine.write(model.parameters[block]!, values);
  return model;
}

/** A row for {@link scriptedModel}: what a prompt of Vicuna v1.1 ends with, a reply, the end token. */
export async function replyTokens(tokenizer: Tokenizer, reply: string): Promise<number[]> {
  const idsOf = async (text: string) => [...(await tokenizer.encode(text, { addSpecialTokens: false })).ids];
  return [(await idsOf('ASSISTANT:')).at(-1)!, ...(await idsOf(reply)), tokenizer.endToken.id];
}
