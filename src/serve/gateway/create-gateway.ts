import type { GatewayConfig } from './config.js';
import type { Gateway, GatewayRuntime } from './gateway.js';

// Loaded by who serves: most programs that import the package never do.

/**
 * Opens a gateway on its buses; workers may connect from here on.
 *
 * @throws ConfigError for a configuration that cannot be.
 *
 * @example
 * ```ts
 * await using gateway = await createGateway({}, { buses: [bus], onEvent: (event) => log.info(event) });
 * const { text } = await gateway.model('vicuna-7b')!.chat(messages, {}, { caller: 'alice' }).result;
 * ```
 *
 * @public
 */
export async function createGateway(config: GatewayConfig, runtime: GatewayRuntime): Promise<Gateway> {
  const { openGateway } = await import('./gateway.js');
  return openGateway(config, runtime);
}
