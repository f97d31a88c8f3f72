import type { VicunaError } from '../../core/index.js';

/** The worker and a gateway took each other. @public */
export interface GatewayJoinEvent {
  /** Tells the event from others. */
  readonly type: 'gateway-join';
  /** Where it is: a url, or its id on NATS. */
  readonly gateway: string;
}

/** The link to a gateway has ended; the worker goes on trying. @public */
export interface GatewayLeaveEvent {
  /** Tells the event from others. */
  readonly type: 'gateway-leave';
  /** Where it is: a url, or its id on NATS. */
  readonly gateway: string;
  /** The end of the sentence "The link ...". */
  readonly reason: string;
  /** Replies that were under way for it and are abandoned. */
  readonly abandoned: number;
}

/** No gateway could be reached, or it turned the worker away. The worker goes on trying. @public */
export interface ConnectFailEvent {
  /** Tells the event from others. */
  readonly type: 'connect-fail';
  /** Why, and what to do. */
  readonly error: VicunaError;
  /** Milliseconds until the next attempt. */
  readonly retryIn: number;
}

/** A reply is begun for a gateway. @public */
export interface JobStartEvent {
  /** Tells the event from others. */
  readonly type: 'job-start';
  /** Id of the model that makes it. */
  readonly model: string;
  /** Id of the request at the gateway. */
  readonly requestId: string;
}

/** A reply has ended, well or not. @public */
export interface JobEndEvent {
  /** Tells the event from others. */
  readonly type: 'job-end';
  /** Id of the model that made it. */
  readonly model: string;
  /** The gateway's name of the request. */
  readonly requestId: string;
  /** `cancelled`: the gateway wanted it no more, or the link ended. */
  readonly outcome: 'finished' | 'failed' | 'cancelled';
  /** Why it failed, or who cancelled it. */
  readonly problem?: string | undefined;
  /** From its start to its end, on this worker. */
  readonly milliseconds: number;
  /** Of them, how long the worker waited for a reader that did not keep up. */
  readonly pausedMilliseconds: number;
}

/** Nothing new is taken from here on. @public */
export interface DrainStartEvent {
  /** Tells the event from others. */
  readonly type: 'drain-start';
  /** Replies that are under way and may finish. */
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
