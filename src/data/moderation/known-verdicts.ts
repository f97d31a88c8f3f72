import * as z from 'zod';
import type { ModerationVerdict } from '../../conversation/index.js';
import { DataError, type DataLocation } from '../../core/index.js';
import { hashOf, KeyedLog } from '../../io/index.js';

/** Verdicts kept in memory; about 100 bytes each. */
const KEPT = 200_000;

const entrySchema = z.object({ key: z.string(), flagged: z.boolean(), categories: z.array(z.string()) });
type Entry = z.output<typeof entrySchema>;

/** Verdicts that were paid for, by the hash of their text: the latest in memory, all of them in a file if there is one. */
export class KnownVerdicts implements AsyncDisposable {
  readonly #latest = new Map<string, ModerationVerdict>();
  readonly #log: KeyedLog<Entry> | undefined;

  private constructor(log: KeyedLog<Entry> | undefined) {
    this.#log = log;
  }

  /** @throws DataError for a damaged file. @throws VicunaError `file-unwritable`. */
  static async open(file: string | undefined): Promise<KnownVerdicts> {
    return new KnownVerdicts(file === undefined ? undefined : await KeyedLog.open(file, { parse }));
  }

  keyOf(text: string): string {
    return hashOf(text);
  }

  async get(key: string): Promise<ModerationVerdict | undefined> {
    return this.#latest.get(key) ?? this.#log?.get(key);
  }

  async add(key: string, { flagged, categories }: ModerationVerdict): Promise<void> {
    this.#latest.set(key, { flagged, categories });
    const [oldest] = this.#latest.keys();
    if (this.#latest.size > KEPT && oldest !== undefined) this.#latest.delete(oldest);
    if (this.#log !== undefined && !this.#log.has(key))
      await this.#log.append({ key, flagged, categories: [...categories] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#log?.[Symbol.asyncDispose]();
  }
}

function parse(value: unknown, location: DataLocation): Entry {
  const parsed = entrySchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new DataError(location, 'this line is no verdict of a moderation. Name another file, or delete this one.');
}
