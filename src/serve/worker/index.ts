export type { WorkerConfig } from './config.js';
export { createWorker } from './create-worker.js';
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
export type { ModelWorker, WorkerRuntime } from './worker.js';
