export type { BackoffConfig } from './backoff.js';
export type { GatewayBus, GatewayBusListener, Link, LinkListener, WorkerBus, WorkerBusListener } from './link.js';
export { MAXIMUM_MESSAGE_BYTES } from './link.js';
export { type NatsGatewayBusOptions, natsGatewayBus } from './nats/gateway-bus.js';
export type { NatsOptions } from './nats/options.js';
export { type NatsWorkerBusOptions, natsWorkerBus } from './nats/worker-bus.js';
export {
  type WebSocketGatewayBus,
  type WebSocketGatewayBusOptions,
  webSocketGatewayBus,
} from './web-socket/gateway-bus.js';
export { type WebSocketWorkerBusOptions, webSocketWorkerBus } from './web-socket/worker-bus.js';
