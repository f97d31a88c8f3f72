export type { GatewayConfig } from './config.js';
export type {
  BusFailEvent,
  FirstTokenEvent,
  GatewayEvent,
  RequestEndEvent,
  RequestQueueEvent,
  RequestRetryEvent,
  RequestStartEvent,
  WorkerDrainEvent,
  WorkerJoinEvent,
  WorkerLeaveEvent,
} from './events.js';
export { createGateway, type Gateway, type GatewayRuntime } from './gateway.js';
export type { GatewayStatus, ModelStatus, WorkerStatus } from './status.js';
