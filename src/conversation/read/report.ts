import type { DataLocation } from '../../core/index.js';
import type { JsonProblem } from '../../io/index.js';

/**
 * Why a record was left out. The file is damaged: `not-json`, `not-utf8`, `cut-off`, `too-large`. The record has another
 * form: `wrong-form`. Or it is sound and of no use: `no-messages`, `tool-use` (the model calls functions), `media` (asked
 * for with `images: 'skip'`), `not-learned` (a reply of weight 0 comes before one to learn), `filtered` (of a model or language that was not asked
 * for).
 *
 * @public
 */
export type ReadSkipReason =
  | 'not-json'
  | 'not-utf8'
  | 'cut-off'
  | 'too-large'
  | 'wrong-form'
  | 'no-messages'
  | 'tool-use'
  | 'media'
  | 'not-learned'
  | 'filtered';

/** Why a sound record cannot be used. */
export type UnusableReason = Exclude<ReadSkipReason, JsonProblem | 'wrong-form'>;

/** The records that were left out for one reason. @public */
export interface ReadSkips {
  /** What all of them have in common. */
  readonly reason: ReadSkipReason;
  /** How many there are. */
  readonly count: number;
  /** The first few. */
  readonly examples: readonly { readonly location: DataLocation; readonly message: string }[];
}

/** What became of the records of a file. @public */
export interface ReadReport {
  /** Bytes of JSON that were read, decompressed; of a Parquet file as they are stored. */
  readonly bytes: number;
  /** Records that were met, flawed ones included. */
  readonly records: number;
  /** Conversations that were made of them; with `allBranches` a record may make several. */
  readonly conversations: number;
  /** Records that were left out. */
  readonly skipped: number;
  /** Why, the most frequent reason first. */
  readonly skips: readonly ReadSkips[];
}

const keptExamples = 5;

/** Counts while reading. */
export class ReadTally {
  bytes = 0;
  records = 0;
  conversations = 0;
  readonly #skips = new Map<ReadSkipReason, { count: number; examples: ReadSkips['examples'][number][] }>();

  skip(reason: ReadSkipReason, location: DataLocation, message: string): void {
    const skips = this.#skips.get(reason) ?? { count: 0, examples: [] };
    this.#skips.set(reason, skips);
    skips.count++;
    if (skips.examples.length < keptExamples) skips.examples.push({ location, message });
  }

  report(): ReadReport {
    const { bytes, records, conversations } = this;
    const skips = [...this.#skips].map(([reason, of]) => ({ reason, ...of })).sort((a, b) => b.count - a.count);
    const skipped = skips.reduce((sum, { count }) => sum + count, 0);
    return { bytes, records, conversations, skipped, skips };
  }
}
