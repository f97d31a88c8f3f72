import type { Usage } from '../../conversation/index.js';
import type { VicunaError } from '../../core/index.js';

/** Which request an event is about. */
interface RequestEvent {
  readonly requestId: string;
  readonly model: string;
  readonly kind: 'chat' | 'complete' | 'embed';
}

/** A worker offers its models. @public */
export interface WorkerJoinEvent {
  readonly type: 'worker-join';
  readonly worker: string;
  /** Address, or id on NATS. */
  readonly peer: string;
  readonly models: readonly { readonly id: string; readonly capacity: number }[];
}

/** A worker takes nothing new; what it runs goes on. @public */
export interface WorkerDrainEvent {
  readonly type: 'worker-drain';
  readonly worker: string;
  readonly running: number;
}

/** @public */
export interface WorkerLeaveEvent {
  readonly type: 'worker-leave';
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
  readonly type: 'bus-fail';
  readonly bus: string;
  readonly peer: string;
  readonly error: VicunaError;
}

/** A request must wait. @public */
export interface RequestQueueEvent extends RequestEvent {
  readonly type: 'request-queue';
  /** Requests of the model that wait, with this one. */
  readonly queued: number;
}

/** A request was given to a worker. @public */
export interface RequestStartEvent extends RequestEvent {
  readonly type: 'request-start';
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
  readonly type: 'request-retry';
  readonly worker: string;
  /** In words: the end of the sentence "Worker w1 ...". */
  readonly problem: string;
}

/** The first piece of a reply came. @public */
export interface FirstTokenEvent extends RequestEvent {
  readonly type: 'first-token';
  readonly worker: string;
  /** Since the request came. */
  readonly milliseconds: number;
}

/** @public */
export interface RequestEndEvent extends RequestEvent {
  readonly type: 'request-end';
  /**
   * `refused`: never given to a worker for want of room or of a worker; `cancelled`: the caller left; `deadline`,
   * `worker-lost`: as the errors of these codes say; `failed`: any other error, the model's own most of all.
   */
  readonly outcome: 'finished' | 'failed' | 'cancelled' | 'deadline' | 'worker-lost' | 'refused';
  /** Code of the error, where it has one. */
  readonly code?: string | undefined;
  readonly problem?: string | undefined;
  /** The last worker that had it. */
  readonly worker?: string | undefined;
  readonly attempts: number;
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
