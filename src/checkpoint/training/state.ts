import * as z from 'zod';
import type { JsonValue } from '../../conversation/index.js';
import type { RandomState } from '../../core/index.js';

/** Where training goes on in its data: the `next` of the last finished step. @public */
export interface TrainingCursor {
  /** Counts from 0. */
  readonly epoch: number;
  /** Step within the epoch, counts from 0. */
  readonly step: number;
  /** Of the data and settings it belongs to. */
  readonly fingerprint: string;
}

/**
 * Everything that continues a training besides its vectors; the same on every rank. Numbers come back bit for bit.
 *
 * @public
 */
export interface TrainingState {
  /** Optimizer steps taken. */
  readonly step: number;
  /** Where training goes on in its data. */
  readonly cursor: TrainingCursor;
  /** Tokens computed so far. */
  readonly tokens: number;
  /** Mean loss of the last step; absent before the first. */
  readonly loss?: number | undefined;
  /** The mean loss of the epoch so far: sum of losses times their supervised tokens, and those tokens. */
  readonly epochMean: { readonly sum: number; readonly weight: number };
  /** Random sequences by name. */
  readonly random: Readonly<Record<string, RandomState>>;
  /** What was trained with, to compare at a resume and for people to read. */
  readonly settings: Readonly<Record<string, JsonValue>>;
  /** Of the things that have to be the same at a resume, by name: data, tokenizer, model. */
  readonly fingerprints: Readonly<Record<string, string>>;
}

const count = z.int().nonnegative();
const word = z.int().min(0).max(0xffffffff);

/** Also refuses what JSON would turn into something else, NaN for one. */
export const trainingStateSchema: z.ZodType<TrainingState, TrainingState> = z.strictObject({
  step: count,
  cursor: z.strictObject({ epoch: count, step: count, fingerprint: z.string().max(1000) }),
  tokens: count,
  loss: z.number().optional(),
  epochMean: z.strictObject({ sum: z.number(), weight: z.number() }),
  random: z.record(z.string(), z.tuple([word, word, word, word])),
  settings: z.record(z.string(), z.json()),
  fingerprints: z.record(z.string(), z.string()),
});
