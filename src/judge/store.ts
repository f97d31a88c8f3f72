import type { Generation, Usage } from '../conversation/index.js';
import { DataError, type DataLocation } from '../core/index.js';
import { type ByteSource, KeyedLog, readJson } from '../io/index.js';
import type { Judgment } from './types.js';

/** A call that was paid for: kept from the moment its reply is there. */
export interface StoredCall {
  readonly type: 'call';
  /** Hash of judge, messages, options and attempt. */
  readonly key: string;
  readonly text: string;
  readonly finishReason: Generation['finishReason'];
  readonly usage?: Usage | undefined;
}

/** A line of the store: each reply as it came, and each judgment as it was read from its replies. */
export type StoreEntry = StoredCall | Judgment;

export type JudgeStore = KeyedLog<StoreEntry>;

/** @throws DataError, VicunaError `file-unwritable`. */
export function openStore(location: string | URL): Promise<JudgeStore> {
  return KeyedLog.open(location, { parse: parseEntry });
}

/**
 * Reads the judgments of a store, one in memory at a time. Safe while a run writes to it; a last line that is being
 * written, or was cut off by a crash, is left out.
 *
 * @throws VicunaError `file-unreadable`; DataError naming a line that is none of a store.
 * @public
 */
export async function* readJudgments(source: ByteSource): AsyncGenerator<Judgment, void, undefined> {
  const known = new Set<string>();
  let bad: DataError | undefined;
  for await (const item of readJson(source, { form: 'lines' })) {
    if (bad !== undefined) throw bad;
    if (item.type === 'bad') bad = new DataError(item.location, item.message);
    else {
      const entry = parseEntry(item.value, item.location);
      if (entry.type === 'call' || known.has(entry.key)) continue;
      known.add(entry.key);
      yield entry;
    }
  }
}

const fields: Readonly<Record<StoreEntry['type'], readonly string[]>> = {
  call: ['text', 'finishReason'],
  pair: ['questionId', 'category', 'mode', 'judge', 'models', 'replies', 'outcome', 'injections', 'lengths'],
  single: ['questionId', 'category', 'judge', 'model', 'text', 'explanation', 'attempts', 'injections', 'length'],
};

/** Lines are our own: what is checked is that they are, and whole. */
function parseEntry(value: unknown, location: DataLocation): StoreEntry {
  const entry = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const expected = fields[entry.type as StoreEntry['type']];
  if (typeof entry.key !== 'string' || expected === undefined)
    throw new DataError(
      location,
      'this is no line of a judge\'s store: it has no "key", or no "type" of call, pair or single.',
    );
  const missing = expected.find((field) => !(field in entry));
  if (missing !== undefined) throw new DataError({ ...location, id: entry.key }, `the field "${missing}" is missing`);
  return entry as unknown as StoreEntry;
}
