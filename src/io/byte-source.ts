import type { ReadableStream } from 'node:stream/web';
import { type ByteReader, withBytesInFront } from './byte-reader.js';
import { openFile } from './file-reader.js';
import { gunzip, isGzip } from './gunzip.js';
import { streamReader } from './stream-reader.js';

/**
 * Something to read bytes from: the path of a file, or a stream of bytes such as a response's body. Gzip is recognised by
 * its first bytes, whatever the name.
 *
 * @public
 */
export type ByteSource = string | URL | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** @throws VicunaError `file-unreadable`. */
export async function openBytes(source: ByteSource, signal?: AbortSignal): Promise<ByteReader> {
  const stored =
    typeof source === 'string' || source instanceof URL
      ? await openFile(source)
      : streamReader(source, '(stream)', signal);
  try {
    const front = await firstBytes(stored, 2);
    const whole = withBytesInFront(front, stored);
    return isGzip(front) ? gunzip(whole, signal) : whole;
  } catch (error) {
    await stored.close();
    throw error;
  }
}

/** A stream may give one byte at a time, so one read is not enough. */
async function firstBytes(reader: ByteReader, count: number): Promise<Uint8Array> {
  const front = new Uint8Array(count);
  let filled = 0;
  while (filled < count) {
    const read = await reader.read(front.subarray(filled));
    if (read === 0) break;
    filled += read;
  }
  return front.subarray(0, filled);
}
