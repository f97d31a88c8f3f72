import type * as z from 'zod';
import { DataError, type DataLocation } from '../core/index.js';
import { type ByteSource, readJson } from '../io/index.js';

export interface ReadRecordsOptions {
  readonly signal?: AbortSignal | undefined;
  /** Records to pass over, unchecked. */
  readonly skip?: ((value: unknown) => boolean) | undefined;
}

export interface LocatedRecord<Value> {
  readonly value: Value;
  readonly location: DataLocation;
}

/**
 * Reads the records of a small file (JSON Lines or an array) and checks each.
 *
 * @param kind - what a record is, as an error should name it: `a question`.
 * @throws VicunaError `file-unreadable`.
 * @throws DataError for a record that is damaged or of another form.
 */
export async function* readRecords<Value>(
  source: ByteSource,
  schema: z.ZodType<Value>,
  kind: string,
  { signal, skip }: ReadRecordsOptions = {},
): AsyncGenerator<LocatedRecord<Value>, void, undefined> {
  for await (const item of readJson(source, { signal })) {
    if (item.type === 'bad') throw new DataError(item.location, `${item.message}. Mend the file there.`);
    const { location, value } = item;
    if (skip?.(value)) continue;
    yield { value: checkRecord(schema, value, kind, location), location };
  }
}

/** @throws DataError naming the fields at fault. */
export function checkRecord<Value>(
  schema: z.ZodType<Value>,
  value: unknown,
  kind: string,
  location: DataLocation,
): Value {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const flaws = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new DataError(location, `this is not ${kind} (${flaws.join('; ')})`);
}

/** Refuses a second record under one name. */
export class FirstPlaces {
  readonly #places = new Map<string, DataLocation>();

  /** @param name - what the two have in common, as the error should say it: `question "7"`. */
  add(name: string, location: DataLocation): void {
    const first = this.#places.get(name);
    if (first !== undefined) throw new DataError(location, `${name} stands in line ${first.line} already. Keep one.`);
    this.#places.set(name, location);
  }
}
