import type { VicunaError } from '../../core/index.js';

/** The worker and a gateway took each other. @public */
export interface GatewayJoinEvent {
  readonly type: 'gateway-join';
  /** Where it is: a url, or its id on NATS. */
  readonly gateway: string;
}

/** @public */
export interface GatewayLeaveEvent {
  readonly type: 'gateway-leave';
  readonly gateway: string;
  /** The end of the sentence "The link ...". */
  readonly reason: string;
  /** Replies that were under way for it and are abandoned. */
  readonly abandoned: number;
}

/** No gateway could be reached, or it turned the worker away. The worker goes on trying. @public */
export interface ConnectFailEvent {
  readonly type: 'connect-fail';
  readonly error: VicunaError;
  /** Milliseconds until the next attempt. */
  readonly retryIn: number;
}

/** @public */
export interface JobStartEvent {
  readonly type: 'job-start';
  readonly model: string;
  /** Id of the request at the gateway. */
  readonly requestId: string;
}

/** @public */
export interface JobEndEvent {
  readonly type: 'job-end';
  readonly model: string;
  readonly requestId: string;
  readonly outcome: 'finished' | 'failed' | 'cancelled';
  /** Why it failed, or who cancelled it. */
  readonly problem?: string | undefined;
  readonly milliseconds: number;
  /** Of them, how long the worker waited for a reader that did not keep up. */
  readonly pausedMilliseconds: number;
}

/** Nothing new is taken from here on. @public */
export interface DrainStartEvent {
  readonly type: 'drain-start';
  readonly running: number;
}

/** What a worker tells. @public */
export type WorkerEvent =
  | GatewayJoinEvent
  | GatewayLeaveEvent
  | ConnectFailEvent
  | JobStartEvent
  | JobEndEvent
  | DrainStartEvent;
