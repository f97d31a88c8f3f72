import * as z from 'zod';
import type { Resolved } from '../../core/index.js';

/** Times are milliseconds. @public */
export interface GatewayConfig {
  /** Requests of one model that may wait for a worker; more are refused with `overloaded`. @defaultValue `256` */
  readonly maximumQueued?: number | undefined;
  /** What a request takes at most, waiting included, unless it names a deadline. @defaultValue `600000` */
  readonly requestTimeout?: number | undefined;
  /** Workers that a request is tried on, one after the other, while nothing of its reply was handed out. @defaultValue `3` */
  readonly maximumAttempts?: number | undefined;
  /**
   * How long requests wait for a worker of their model where there is none: after the gateway's start, when workers are
   * yet to come back, and after the last one left. @defaultValue `10000`
   */
  readonly workerGrace?: number | undefined;
  /** Between heartbeats. @defaultValue `500` */
  readonly heartbeatInterval?: number | undefined;
  /**
   * Heartbeats in a row that a worker may miss: with the defaults one that says nothing is out of rotation after 2 s.
   * @defaultValue `3`
   */
  readonly missableHeartbeats?: number | undefined;
  /** Deltas of a reply that may be on their way to a reader; its worker then pauses. @defaultValue `64` */
  readonly streamWindow?: number | undefined;
  /** Conversations whose worker is remembered, of each model. @defaultValue `10000` */
  readonly affinityEntries?: number | undefined;
  /** How long running requests may go on when the gateway drains. @defaultValue `30000` */
  readonly drainTimeout?: number | undefined;
}

const time = z.number().positive();
const count = z.int().positive();

/** @internal */
export const gatewayConfigSchema: z.ZodType<Resolved<GatewayConfig>, GatewayConfig> = z.strictObject({
  maximumQueued: z.int().nonnegative().default(256),
  requestTimeout: time.default(600_000),
  maximumAttempts: count.default(3),
  workerGrace: z.number().nonnegative().default(10_000),
  heartbeatInterval: time.default(500),
  missableHeartbeats: count.default(3),
  streamWindow: z.int().min(2).default(64),
  affinityEntries: z.int().nonnegative().default(10_000),
  drainTimeout: z.number().nonnegative().default(30_000),
});
