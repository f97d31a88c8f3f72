import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import * as z from 'zod';
import type { Resolved } from '../../core/index.js';

/** How a worker presents itself and how much it takes on. @public */
export interface WorkerConfig {
  /**
   * Names the worker in events and errors. A gateway takes one worker of each id: a second one is
   * turned away while the first is there.
   * @defaultValue the machine's name and six random digits
   */
  readonly id?: string | undefined;
  /**
   * Replies that a model makes at a time: one number for all models, or one for each id.
   * @defaultValue `8` for models that are not named
   */
  readonly capacity?: number | Readonly<Record<string, number>> | undefined;
  /** Milliseconds that running replies have to finish when the worker drains; those left are abandoned. @defaultValue `30000` */
  readonly drainTimeout?: number | undefined;
}

const capacity = z.int().positive();

/** @internal */
export const workerConfigSchema: z.ZodType<Resolved<WorkerConfig>, WorkerConfig> = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.:-]{1,128}$/, 'must be letters, digits, _ . : and -')
    .default(
      () =>
        `${hostname()
          .replace(/[^\w.-]/g, '-')
          .slice(0, 100)}-${randomBytes(3).toString('hex')}`,
    ),
  capacity: z.union([capacity, z.record(z.string(), capacity)]).default(8),
  drainTimeout: z.number().nonnegative().default(30_000),
});

/** Where a capacity is given for some models only. */
export const DEFAULT_CAPACITY = 8;
