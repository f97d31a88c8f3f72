import type { HandlerConfig } from './config.js';
import type { HandlerRuntime, ServeHandler } from './serve-handler.js';

/**
 * Makes a server of models, to be called with a `Request` or listened with; see {@link ServeHandler}.
 *
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
  // The API is loaded by who serves: most programs that import the package never do.
  const { buildHandler } = await import('./build-handler.js');
  return buildHandler(config, runtime);
}
