export type { BackoffConfig } from './backoff.js';
export { natsGatewayBus, natsWorkerBus, webSocketGatewayBus, webSocketWorkerBus } from './buses.js';
export type { GatewayBus, GatewayBusListener, Link, LinkListener, WorkerBus, WorkerBusListener } from './link.js';
export { MAXIMUM_MESSAGE_BYTES } from './link.js';
export type { NatsGatewayBusOptions } from './nats/gateway-bus.js';
export type { NatsOptions } from './nats/options.js';
export type { NatsWorkerBusOptions } from './nats/worker-bus.js';
export type { WebSocketGatewayBus, WebSocketGatewayBusOptions } from './web-socket/gateway-bus.js';
export type { WebSocketWorkerBusOptions } from './web-socket/worker-bus.js';
