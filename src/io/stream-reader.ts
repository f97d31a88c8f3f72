import { Readable } from 'node:stream';
import { DataError } from '../core/index.js';
import type { ByteReader } from './byte-reader.js';

/**
 * Reads from a stream somebody else made. It is closed with the reader, whether it was read to its end or not.
 *
 * @param signal - interrupts a read that waits for bytes which may never come.
 */
export function streamReader(stream: AsyncIterable<Uint8Array>, name: string, signal?: AbortSignal): ByteReader {
  const chunks = stream[Symbol.asyncIterator]();
  let rest = new Uint8Array(0);
  let taken = 0;
  let waiting = false;
  return {
    name,
    size: undefined,
    get taken() {
      return taken;
    },
    async read(into) {
      while (rest.length === 0) {
        waiting = true;
        const next = await unlessAborted(chunks.next(), signal);
        waiting = false;
        if (next.done) return 0;
        rest = bytesOf(next.value, name);
      }
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      taken += count;
      return count;
    },
    async close() {
      // A generator that waits for its next chunk queues `return` behind it; only destroying ends that wait.
      if (stream instanceof Readable) stream.destroy();
      const returned = chunks.return?.();
      if (waiting) returned?.catch(() => undefined);
      else await returned;
    },
  };
}

function bytesOf(chunk: unknown, name: string): Uint8Array<ArrayBuffer> {
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer as ArrayBuffer, chunk.byteOffset, chunk.byteLength);
  }
  throw new DataError(
    { file: name },
    `expected chunks of bytes (Uint8Array), found ${typeof chunk}. Leave the stream's encoding unset.`,
  );
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
