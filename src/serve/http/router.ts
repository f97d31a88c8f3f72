import type { Context } from 'hono';
import type { ChatPage } from '../chat-page/index.js';
import type { ApiKeyScope } from './access/api-keys.js';
import type { Guard } from './access/guard.js';
import type { ResolvedHandlerConfig } from './config.js';
import { RequestError } from './errors.js';
import { Exchange } from './exchange/exchange.js';
import type { ServeLogEntry } from './exchange/log.js';
import { openApiDocument } from './openapi/document.js';
import type { ServeMetrics } from './operations/metrics.js';
import { readJsonBody } from './requests/body.js';
import { endWith } from './responses/end-with.js';
import { chatCompletions } from './routes/chat.js';
import { completions } from './routes/completions.js';
import { embeddings } from './routes/embeddings.js';
import { describeModel, listModels } from './routes/models.js';
import type { RouteContext } from './routes/route-context.js';
import type { VoteRoute } from './routes/votes.js';

export interface RouterParts {
  readonly config: ResolvedHandlerConfig;
  readonly guard: Guard;
  readonly metrics: ServeMetrics;
  readonly log: (entry: ServeLogEntry) => void;
  /** Absent where the page is not opened, and where votes are not kept. */
  readonly page: ChatPage | undefined;
  readonly vote: VoteRoute | undefined;
  readonly routes: RouteContext;
}

type Answer = (exchange: Exchange, request: Request, context: Context) => Response | Promise<Response>;
type BodyAnswer = (body: unknown, exchange: Exchange, context: RouteContext) => Promise<Response>;

/** Paths to answers; what all answers have in common (keys, ids, log, errors) is done here. */
export async function createRouter(parts: RouterParts): Promise<(request: Request) => Response | Promise<Response>> {
  const { Hono } = await import('hono');
  const { config, guard, metrics, log, page, vote, routes } = parts;
  const app = new Hono();

  /** @param scope - `none` for what everybody may see. */
  const guarded =
    (route: string, scope: ApiKeyScope | 'none', answer: Answer) =>
    async (context: Context): Promise<Response> => {
      const request = context.req.raw;
      metrics.begin();
      const exchange = new Exchange({
        request,
        route,
        requestSeconds: config.requestSeconds,
        onEnd(entry) {
          metrics.end(entry);
          log(entry);
        },
      });
      try {
        if (scope !== 'none') exchange.visit = guard.enter(request.headers.get('authorization') ?? undefined, scope);
        return endWith(await answer(exchange, request, context), exchange);
      } catch (error) {
        return failed(error, exchange);
      }
    };
  const posted =
    (answer: BodyAnswer): Answer =>
    async (exchange, request) =>
      answer(await readJsonBody(request, config), exchange, routes);

  if (config.corsOrigins === '*' || config.corsOrigins.length > 0) {
    const { cors } = await import('hono/cors');
    app.use(
      '/v1/*',
      cors({
        origin: config.corsOrigins === '*' ? '*' : [...config.corsOrigins],
        allowMethods: ['GET', 'POST'],
        allowHeaders: ['authorization', 'content-type', 'x-request-id'],
        exposeHeaders: ['x-request-id', 'retry-after'],
        maxAge: 600,
      }),
    );
  }
  if (page !== undefined)
    app.get(
      '/',
      guarded('/', 'none', (_, request) => page.respond(request)),
    );
  if (vote !== undefined) app.post('/v1/votes', guarded('/v1/votes', 'vote', posted(vote)));
  const post = (route: string, answer: BodyAnswer) => app.post(route, guarded(route, 'api', posted(answer)));
  post('/v1/chat/completions', chatCompletions);
  post('/v1/completions', completions);
  post('/v1/embeddings', embeddings);
  app.get(
    '/v1/models',
    guarded('/v1/models', 'api', () => listModels(routes)),
  );
  // Ids may have slashes, as those of the Hugging Face hub.
  app.get(
    '/v1/models/:id{.+}',
    guarded('/v1/models/{id}', 'api', (_, __, context) => describeModel(routes, context.req.param('id') ?? '')),
  );
  app.get(
    '/openapi.json',
    guarded('/openapi.json', 'api', () => Response.json(openApiDocument())),
  );
  app.get(
    '/metrics',
    guarded(
      '/metrics',
      'metrics',
      async () => new Response(await metrics.text(), { headers: { 'content-type': metrics.contentType } }),
    ),
  );
  app.get('/healthz', () => Response.json({ status: 'ok' }));
  app.get('/readyz', () => {
    const isReady = routes.models.models().length > 0;
    return Response.json({ status: isReady ? 'ok' : 'no model is offered yet' }, { status: isReady ? 200 : 503 });
  });
  app.all(
    '*',
    guarded('*', 'api', (_, request) => {
      throw new RequestError(
        404,
        `There is no ${request.method} ${new URL(request.url).pathname} here. See /openapi.json.`,
      );
    }),
  );
  return (request) => app.fetch(request);
}

function failed(error: unknown, exchange: Exchange): Response {
  const { status, body, retryAfterSeconds } = exchange.fail(error);
  exchange.end(status);
  return Response.json(body, {
    status,
    headers: {
      'x-request-id': exchange.traceId,
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterSeconds)) }),
    },
  });
}
