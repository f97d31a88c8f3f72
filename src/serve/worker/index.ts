export type { WorkerConfig } from './config.js';
export type {
  ConnectFailEvent,
  DrainStartEvent,
  GatewayJoinEvent,
  GatewayLeaveEvent,
  JobEndEvent,
  JobStartEvent,
  WorkerEvent,
} from './events.js';
export { type Drainable, drainOnTermination } from './termination.js';
export { createWorker, type ModelWorker, type WorkerRuntime } from './worker.js';
