import { parseConfig } from '../../core/index.js';
import type { ModelProvider, ServedModel } from '../types.js';
import { Guard } from './access/guard.js';
import { type HandlerConfig, handlerConfigSchema } from './config.js';
import type { ServeLogEntry } from './exchange/log.js';
import { Moderation } from './moderation/moderation.js';
import { type ModerationPolicy, moderationPolicySchema } from './moderation/policy.js';
import { createServeMetrics } from './operations/metrics.js';
import { createRouter } from './router.js';
import { createVoteRoute } from './routes/votes.js';

/** What a handler works with. @public */
export interface HandlerRuntime {
  /** Models of this process, or where a gateway finds them. */
  readonly models: ModelProvider | readonly ServedModel[];
  readonly moderation?: ModerationPolicy | undefined;
  /** Every request and every decision of a moderator; without the texts. */
  readonly onLog?: ((entry: ServeLogEntry) => void) | undefined;
}

/**
 * An OpenAI-compatible API as a function from a web-standard `Request` to a `Response`: for a server of your own (Express,
 * Next, Bun, a test), or for {@link listen}.
 *
 * Chat and text completions (streamed and whole), embeddings, models and votes under `/v1`; `/openapi.json`, `/metrics`,
 * `/healthz`, `/readyz`; a chat page at `/` where it is opened. All but the page and health needs a key.
 *
 * @public
 */
export interface ServeHandler {
  fetch(request: Request): Promise<Response>;
}

/**
 * @throws ConfigError naming the fields that cannot be.
 * @throws VicunaError `file-unwritable` where votes cannot be kept.
 *
 * @example
 * ```ts
 * await using model = await VicunaModel.load('vicuna-7b');
 * const key = createApiKey();
 * const handler = await createHandler({ keys: [{ id: 'me', hash: hashApiKey(key) }] }, { models: [model] });
 * await using server = await listen(handler, { port: 8000 });
 * ```
 *
 * @public
 */
export async function createHandler(config: HandlerConfig, runtime: HandlerRuntime): Promise<ServeHandler> {
  const resolved = parseConfig(handlerConfigSchema, config, 'server config');
  const policy =
    runtime.moderation === undefined
      ? undefined
      : parseConfig(moderationPolicySchema, runtime.moderation, 'moderation policy');
  const log = runtime.onLog ?? (() => undefined);
  const { page, votes } = resolved;
  const router = await createRouter({
    config: resolved,
    guard: new Guard(resolved.keys),
    metrics: await createServeMetrics(),
    log,
    page:
      page === false
        ? undefined
        : new (await import('../chat-page/page.js')).ChatPage({
            title: page.title,
            votes: votes === undefined ? 'none' : votes.keepTexts ? 'texts' : 'outcomes',
          }),
    vote: votes === undefined ? undefined : await createVoteRoute(votes),
    routes: {
      models: 'model' in runtime.models ? runtime.models : providerOf(runtime.models),
      moderation: new Moderation(policy, log),
      maximumPromptCharacters: resolved.maximumPromptCharacters,
      startedSeconds: Math.floor(Date.now() / 1000),
    },
  });
  return { fetch: async (request) => router(request) };
}

function providerOf(models: readonly ServedModel[]): ModelProvider {
  return { models: () => models, model: (id) => models.find((model) => model.id === id) };
}
