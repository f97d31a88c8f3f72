export type { GatewayConfig } from './config.js';
export { createGateway } from './create-gateway.js';
export type {
  BusFailEvent,
  FirstTokenEvent,
  GatewayEvent,
  RequestEndEvent,
  RequestEvent,
  RequestQueueEvent,
  RequestRetryEvent,
  RequestStartEvent,
  WorkerDrainEvent,
  WorkerJoinEvent,
  WorkerLeaveEvent,
} from './events.js';
export type { Gateway, GatewayRuntime } from './gateway.js';
export type { GatewayStatus, ModelStatus, WorkerStatus } from './status.js';
