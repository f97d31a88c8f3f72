import type { Usage } from '../../conversation/index.js';
import type { VicunaError } from '../../core/index.js';

/** Which request an event is about. @public */
export interface RequestEvent {
  /** Names the request in all its events, and in the worker's. */
  readonly requestId: string;
  /** Id of the model. */
  readonly model: string;
  /** What was asked of the model. */
  readonly kind: 'chat' | 'complete' | 'embed';
}

/** A worker offers its models. @public */
export interface WorkerJoinEvent {
  /** Tells the event from others. */
  readonly type: 'worker-join';
  /** Id of the worker. */
  readonly worker: string;
  /** Address, or id on NATS. */
  readonly peer: string;
  /** What it offers, and how many replies of each it makes at a time. */
  readonly models: readonly { readonly id: string; readonly capacity: number }[];
}

/** A worker takes nothing new; what it runs goes on. @public */
export interface WorkerDrainEvent {
  /** Tells the event from others. */
  readonly type: 'worker-drain';
  /** Id of the worker. */
  readonly worker: string;
  /** Requests that it still has. */
  readonly running: number;
}

/** A worker is gone, for whatever reason. @public */
export interface WorkerLeaveEvent {
  /** Tells the event from others. */
  readonly type: 'worker-leave';
  /** Id of the worker. */
  readonly worker: string;
  /**
   * `silence`: its heartbeats stopped; `drained`: it said so before; `replaced`: it connected anew; `disconnected`: any other
   * end of its connection.
   */
  readonly cause: 'silence' | 'drained' | 'replaced' | 'disconnected';
  /** In words: the end of the sentence "Worker w1 ...". */
  readonly problem: string;
  /** Requests that it had: they are tried elsewhere, or end. */
  readonly running: number;
}

/** Somebody was turned away, or a bus cannot be reached; it goes on trying. @public */
export interface BusFailEvent {
  /** Tells the event from others. */
  readonly type: 'bus-fail';
  /** Name of the bus: `web-socket`, `nats`, or `protocol` for what a worker said. */
  readonly bus: string;
  /** Address of the other side, or its id on NATS. */
  readonly peer: string;
  /** What is wrong and what to do. */
  readonly error: VicunaError;
}

/** A request must wait. @public */
export interface RequestQueueEvent extends RequestEvent {
  /** Tells the event from others. */
  readonly type: 'request-queue';
  /** Requests of the model that wait, with this one. */
  readonly queued: number;
}

/** A request was given to a worker. @public */
export interface RequestStartEvent extends RequestEvent {
  /** Tells the event from others. */
  readonly type: 'request-start';
  /** Id of the worker that has it now. */
  readonly worker: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** How long it waited so far. */
  readonly queuedMilliseconds: number;
  /** Whether it went where its conversation was before. */
  readonly isAffine: boolean;
}

/** Its worker is gone or would not have it; it waits for another. @public */
export interface RequestRetryEvent extends RequestEvent {
  /** Tells the event from others. */
  readonly type: 'request-retry';
  /** Id of the worker that had it. */
  readonly worker: string;
  /** In words: the end of the sentence "Worker w1 ...". */
  readonly problem: string;
}

/** The first piece of a reply came. @public */
export interface FirstTokenEvent extends RequestEvent {
  /** Tells the event from others. */
  readonly type: 'first-token';
  /** Id of the worker that has it. */
  readonly worker: string;
  /** Since the request came. */
  readonly milliseconds: number;
}

/** A request has ended, well or not: the last event about it. @public */
export interface RequestEndEvent extends RequestEvent {
  /** Tells the event from others. */
  readonly type: 'request-end';
  /**
   * `refused`: never given to a worker for want of room or of a worker; `cancelled`: the caller left; `deadline`,
   * `worker-lost`: as the errors of these codes say; `failed`: any other error, the model's own most of all.
   */
  readonly outcome: 'finished' | 'failed' | 'cancelled' | 'deadline' | 'worker-lost' | 'refused';
  /** Code of the error, where it has one. */
  readonly code?: string | undefined;
  /** Message of the error, where there is one. */
  readonly problem?: string | undefined;
  /** The last worker that had it. */
  readonly worker?: string | undefined;
  /** How many workers it was given to, one after another. */
  readonly attempts: number;
  /** Tokens it took; absent where it did not come to its end. */
  readonly usage?: Usage | undefined;
  /** Since the request came. */
  readonly milliseconds: number;
}

/** What a gateway tells; metrics and logs are made of it. @public */
export type GatewayEvent =
  | WorkerJoinEvent
  | WorkerDrainEvent
  | WorkerLeaveEvent
  | BusFailEvent
  | RequestQueueEvent
  | RequestStartEvent
  | RequestRetryEvent
  | FirstTokenEvent
  | RequestEndEvent;
