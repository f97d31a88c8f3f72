import { type JsonItem, type JsonReaderOptions, type JsonRecord, readJson } from '../../src/io/index.js';

/** Bytes as a stream that breaks at every given position. */
export async function* inChunks(bytes: Uint8Array, breaks: readonly number[]): AsyncGenerator<Uint8Array> {
  const cuts = [0, ...[...breaks].sort((a, b) => a - b), bytes.length];
  for (let index = 1; index < cuts.length; index++) {
    const chunk = bytes.subarray(cuts[index - 1], cuts[index]);
    if (chunk.length > 0) yield chunk;
  }
}

/** Bytes as a stream of chunks of one size. */
export async function* chunksOf(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
}

/** Everything the reader makes of some text or bytes. */
export async function readItems(
  input: string | Uint8Array,
  options: JsonReaderOptions & { readonly chunkSize?: number } = {},
): Promise<JsonItem[]> {
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  const items: JsonItem[] = [];
  for await (const item of readJson(chunksOf(bytes, options.chunkSize ?? 65_536), options)) items.push(item);
  return items;
}

export function values(items: readonly JsonItem[]): unknown[] {
  return items.filter((item): item is JsonRecord => item.type === 'record').map((item) => item.value);
}

export function flaws(items: readonly JsonItem[]) {
  return items.flatMap((item) => (item.type === 'bad' ? [item] : []));
}
