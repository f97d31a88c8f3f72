import { parseConfig } from '../../core/index.js';
import type { Gateway } from '../gateway/index.js';
import type { ModelProvider, ServedModel } from '../types.js';
import { Guard } from './access/guard.js';
import { type HandlerConfig, handlerConfigSchema } from './config.js';
import { Moderation } from './moderation/moderation.js';
import { moderationPolicySchema } from './moderation/policy.js';
import { createGatewayMetrics } from './operations/gateway-metrics.js';
import { createServeMetrics } from './operations/metrics.js';
import { createRouter } from './router.js';
import { createVoteRoute } from './routes/votes.js';
import type { HandlerRuntime, ServeHandler } from './serve-handler.js';

/** Does what the public `createHandler` says. */
export async function buildHandler(config: HandlerConfig, runtime: HandlerRuntime): Promise<ServeHandler> {
  const resolved = parseConfig(handlerConfigSchema, config, 'server config');
  const policy =
    runtime.moderation === undefined
      ? undefined
      : parseConfig(moderationPolicySchema, runtime.moderation, 'moderation policy');
  const log = runtime.onLog ?? (() => undefined);
  const metrics = await createServeMetrics();
  const gatewayMetrics = isGateway(runtime.models)
    ? await createGatewayMetrics(metrics.registry, () => (runtime.models as Gateway).status())
    : undefined;
  const { page, votes } = resolved;
  const router = await createRouter({
    config: resolved,
    guard: new Guard(resolved.keys),
    metrics,
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
  return { fetch: async (request) => router(request), observe: (event) => gatewayMetrics?.observe(event) };
}

function isGateway(models: HandlerRuntime['models']): models is Gateway {
  return 'status' in models;
}

function providerOf(models: readonly ServedModel[]): ModelProvider {
  return { models: () => models, model: (id) => models.find((model) => model.id === id) };
}
