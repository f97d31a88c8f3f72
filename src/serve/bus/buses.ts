import type { GatewayBus, WorkerBus } from './link.js';
import type { NatsGatewayBusOptions } from './nats/gateway-bus.js';
import type { NatsWorkerBusOptions } from './nats/worker-bus.js';
import type { WebSocketGatewayBus, WebSocketGatewayBusOptions } from './web-socket/gateway-bus.js';
import type { WebSocketWorkerBusOptions } from './web-socket/worker-bus.js';

// Loaded by who serves: most programs that import the package never do.

/**
 * Lets workers connect through WebSockets, on the port of an HTTP server; see {@link WebSocketGatewayBus}.
 *
 * @throws VicunaError `config-invalid` for a token that could be guessed.
 * @public
 */
export async function webSocketGatewayBus(options: WebSocketGatewayBusOptions): Promise<WebSocketGatewayBus> {
  const { openWebSocketGatewayBus } = await import('./web-socket/gateway-bus.js');
  return openWebSocketGatewayBus(options);
}

/**
 * Connects a worker to gateways through WebSockets that the worker opens, so that it may stand behind NAT.
 *
 * @throws VicunaError `config-invalid` for a url or a token that cannot be.
 * @public
 */
export async function webSocketWorkerBus(options: WebSocketWorkerBusOptions): Promise<WorkerBus> {
  const { openWebSocketWorkerBus } = await import('./web-socket/worker-bus.js');
  return openWebSocketWorkerBus(options);
}

/**
 * Workers reach the gateway through a NATS cluster, and every other gateway on it too.
 *
 * @throws VicunaError `bus-unavailable` where the optional peer `@nats-io/transport-node` is not installed. A cluster that
 * does not answer is no error: the bus connects once it does.
 * @public
 */
export async function natsGatewayBus(options: NatsGatewayBusOptions): Promise<GatewayBus> {
  const { openNatsGatewayBus } = await import('./nats/gateway-bus.js');
  return openNatsGatewayBus(options);
}

/**
 * Connects a worker to every gateway on a NATS cluster, those that come later too.
 *
 * @throws VicunaError `bus-unavailable` where the optional peer `@nats-io/transport-node` is not installed.
 * @public
 */
export async function natsWorkerBus(options: NatsWorkerBusOptions): Promise<WorkerBus> {
  const { openNatsWorkerBus } = await import('./nats/worker-bus.js');
  return openNatsWorkerBus(options);
}
