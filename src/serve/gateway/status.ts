import type { ModelPool } from './model-pool.js';
import type { GatewayRequest } from './request.js';
import type { WorkerSession } from './worker-session.js';

/** What is going on with one model of a gateway. @public */
export interface ModelStatus {
  /** Of the model. */
  readonly id: string;
  /** Requests that wait for a worker. */
  readonly queued: number;
  /** Requests that a worker has. */
  readonly running: number;
  /** Places of all workers, taken or not; 0 where none is connected. */
  readonly capacity: number;
}

/** What is going on at one worker, as a gateway sees it. @public */
export interface WorkerStatus {
  /** Of the worker. */
  readonly id: string;
  /** Its address, or its id on NATS. */
  readonly peer: string;
  /** Whether it takes nothing new. */
  readonly isDraining: boolean;
  /** Requests that it has from this gateway, also those whose caller has left and that it has not let go of yet. */
  readonly running: number;
  /** What it offers, how many more replies of each it takes now, and how fast it made the last ones. */
  readonly models: readonly {
    readonly id: string;
    readonly capacity: number;
    /** Places that are free, as far as is known. */
    readonly free: number;
    /** Of one reply, as the worker measured it; 0 before its first. */
    readonly tokensPerSecond: number;
  }[];
}

/** What is going on at a gateway. @public */
export interface GatewayStatus {
  /** Whether the gateway refuses new requests. */
  readonly isDraining: boolean;
  /** Models that workers offer, or offered before. */
  readonly models: readonly ModelStatus[];
  /** Workers that are connected. */
  readonly workers: readonly WorkerStatus[];
}

export function statusOf(
  isDraining: boolean,
  pools: Iterable<ModelPool>,
  requests: Iterable<GatewayRequest>,
  sessions: Iterable<WorkerSession>,
): GatewayStatus {
  const running = new Map<string, number>();
  for (const { model, isRunning } of requests) if (isRunning) running.set(model, (running.get(model) ?? 0) + 1);
  return {
    isDraining,
    models: [...pools].map((pool) => ({
      id: pool.model,
      queued: pool.queued,
      capacity: pool.capacity,
      running: running.get(pool.model) ?? 0,
    })),
    workers: [...sessions].map((session) => ({
      id: session.id,
      peer: session.peer,
      isDraining: session.isDraining,
      running: session.running,
      models: [...session.offers.values()].map(({ model, capacity }) => ({
        id: model,
        capacity,
        free: session.free(model),
        tokensPerSecond: session.tokensPerSecond(model),
      })),
    })),
  };
}
