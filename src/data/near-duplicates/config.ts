import * as z from 'zod';
import { type CallOptions, parseConfig, type Resolved } from '../../core/index.js';
import { bandsFor } from './bands.js';

/** How texts are made comparable. @public */
export interface MinHashConfig {
  /**
   * Words in a row that make one shingle. Fewer find texts alike that share phrases only.
   * @defaultValue `5`
   */
  readonly shingleWords?: number | undefined;
  /**
   * Places of a signature. More find what is just above the threshold more surely.
   * @defaultValue `128`
   */
  readonly permutations?: number | undefined;
  /** Decides the hash functions. @defaultValue `0` */
  readonly seed?: number | undefined;
}

/** What counts as a near-duplicate. @public */
export interface NearDuplicateConfig extends MinHashConfig {
  /**
   * Jaccard similarity of two conversations' word shingles, from which on the later one is a near-duplicate: of all shingles
   * that are in either, how many are in both. Of a thousand words in a row, 22 changed here and there leave 0.8.
   *
   * @defaultValue `0.8`
   */
  readonly threshold?: number | undefined;
  /**
   * What is compared: `turns`, all that the user and the assistant say; `prompts`, only what the user says, so that other replies to
   * the same questions are near-duplicates. System messages never count: thousands of conversations may begin with one long one.
   *
   * @defaultValue `'turns'`
   */
  readonly compare?: 'turns' | 'prompts' | undefined;
}

/** How near-duplicates are looked for; nothing here changes what is found. @public */
export interface NearDuplicateOptions extends CallOptions {
  /** Told of every conversation that is left out, in their order. */
  readonly onDuplicate?: ((duplicate: NearDuplicate) => void) | undefined;
  /**
   * Memory for conversations, signatures and what is compared, in bytes, of which 1 MiB is the least. What is more goes to temporary
   * files: about as much as the conversations take as JSON, and 264 bytes each.
   *
   * @defaultValue 256 MiB
   */
  readonly memoryBytes?: number | undefined;
  /** Where temporary files go. They have no names, and are gone when the run or the process ends. @defaultValue the system's folder for them */
  readonly directory?: string | undefined;
}

/** A conversation that was left out. @public */
export interface NearDuplicate {
  /** Id of the one that was left out. */
  readonly id: string;
  /** The earlier conversation that is kept and that this one is like: of several, about the most similar. */
  readonly duplicateOf: string;
  /** Jaccard similarity of the two, counted, not estimated: from the threshold to 1. */
  readonly similarity: number;
  /** Numbers of the two in the source, from 0, for where ids come twice. */
  readonly index: number;
  /** Of the one that is kept. */
  readonly duplicateOfIndex: number;
}

/** What became of the conversations. @public */
export interface NearDuplicateReport {
  /** Conversations that were read: those kept and the duplicates. */
  readonly conversations: number;
  /** Conversations that went on. */
  readonly kept: number;
  /** Conversations that were left out. */
  readonly duplicates: number;
  /** Of the duplicates, those with a similarity of 1: the same words in the same order. */
  readonly exactDuplicates: number;
  /** Conversations without a single word in what is compared; they are kept. */
  readonly withoutWords: number;
  /** Pairs whose similarity was counted. */
  readonly comparisons: number;
  /**
   * Keys under which too many conversations were found to compare all with each other: families of texts made from one form. In them a
   * near-duplicate may be missed; never one with the same words.
   */
  readonly crowdedKeys: number;
  /** How signatures were cut, and the share of pairs just at the threshold that is missed by that. */
  readonly bands: number;
  /** Places of a signature in each band. */
  readonly rows: number;
  /** Share of pairs just at the threshold that no band finds, by calculation. */
  readonly missedAtThreshold: number;
  /** Bytes that went to temporary files. */
  readonly spilledBytes: number;
}

const minHashFields = {
  shingleWords: z.int().min(1).max(100).default(5),
  permutations: z.int().min(16).max(4096).default(128),
  seed: z.int().default(0),
};

/** @internal */
export const minHashConfigSchema: z.ZodType<Resolved<MinHashConfig>, MinHashConfig> = z.strictObject(minHashFields);

/** @internal */
export const nearDuplicateConfigSchema: z.ZodType<Resolved<NearDuplicateConfig>, NearDuplicateConfig> = z
  .strictObject({
    ...minHashFields,
    threshold: z.number().positive().max(1).default(0.8),
    compare: z.enum(['turns', 'prompts']).default('turns'),
  })
  .refine(({ permutations, threshold }) => bandsFor(permutations, threshold) !== undefined, {
    path: ['threshold'],
    error: 'is too low for so few permutations to find such pairs: raise one of the two',
  });

const memorySchema = z.strictObject({
  memoryBytes: z
    .int()
    .min(2 ** 20, 'must be at least 1048576 (1 MiB)')
    .default(256 * 2 ** 20),
  directory: z.string().min(1).optional(),
});

/** Checks what limits the memory. */
export function memoryOf({ memoryBytes, directory }: NearDuplicateOptions): z.output<typeof memorySchema> {
  return parseConfig(memorySchema, { memoryBytes, directory }, 'removeNearDuplicates options');
}
