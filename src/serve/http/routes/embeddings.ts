import type { Exchange } from '../exchange/exchange.js';
import { embeddingRequestSchema } from '../requests/embedding.js';
import { parseRequest } from '../requests/parse.js';
import { findModel, methodOf } from './find-model.js';
import { assertPromptSize } from './prompt-size.js';
import type { RouteContext } from './route-context.js';

/** `POST /v1/embeddings` */
export async function embeddings(body: unknown, exchange: Exchange, context: RouteContext): Promise<Response> {
  const request = parseRequest(embeddingRequestSchema, body);
  exchange.asks({ model: request.model, stream: false, user: request.user });
  const embed = methodOf(findModel(context.models, request.model), 'embed');
  const texts = typeof request.input === 'string' ? [request.input] : request.input;
  assertPromptSize(texts, context.maximumPromptCharacters);
  await context.moderation.input(
    exchange,
    request.model,
    texts.map((content) => ({ role: 'user' as const, content })),
  );
  const found = await embed(texts, { signal: exchange.signal }, exchange.routing);
  const promptTokens = found.reduce((sum, { tokens }) => sum + tokens, 0);
  exchange.took({ promptTokens, completionTokens: 0 });
  return Response.json({
    object: 'list',
    data: found.map(({ values }, index) => ({
      object: 'embedding',
      index,
      embedding: request.encoding_format === 'base64' ? base64(values) : Array.from(values),
    })),
    model: request.model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  });
}

/** Little-endian float32, as OpenAI's clients read it. */
function base64(values: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(values.length * Float32Array.BYTES_PER_ELEMENT));
  for (const [index, value] of values.entries()) bytes.setFloat32(index * Float32Array.BYTES_PER_ELEMENT, value, true);
  return Buffer.from(bytes.buffer).toString('base64');
}
