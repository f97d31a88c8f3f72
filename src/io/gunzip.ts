import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DataError } from '../core/index.js';
import type { ByteReader } from './byte-reader.js';
import { streamReader } from './stream-reader.js';

const chunkBytes = 64 * 1024;

export function isGzip(front: Uint8Array): boolean {
  return front[0] === 0x1f && front[1] === 0x8b;
}

/**
 * Decompresses as it is read; several gzip members in a row are one input, as for `zcat`.
 *
 * @throws DataError from `read` where the data is damaged or cut off.
 */
export function gunzip(compressed: ByteReader, signal?: AbortSignal): ByteReader {
  const decompressing = createGunzip();
  // The error reaches the reader through the iterator; the callback only keeps it from being thrown at the process.
  pipeline(Readable.from(chunksOf(compressed)), decompressing, () => undefined);
  const plain = streamReader(decompressing, compressed.name, signal);
  return {
    name: compressed.name,
    size: compressed.size,
    get taken() {
      return compressed.taken;
    },
    async read(into) {
      try {
        return await plain.read(into);
      } catch (error) {
        if (!isZlibError(error)) throw error;
        throw new DataError(
          { file: compressed.name },
          `the gzip data is damaged or cut off (${error.message}). Copy or download the file again.`,
          { cause: error },
        );
      }
    },
    async close() {
      await plain.close();
      await compressed.close();
    },
  };
}

async function* chunksOf(reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (;;) {
    // The stream may still hold the last chunk: each gets memory of its own.
    const chunk = new Uint8Array(chunkBytes);
    const count = await reader.read(chunk);
    if (count === 0) return;
    yield chunk.subarray(0, count);
  }
}

function isZlibError(error: unknown): error is Error {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return error instanceof Error && typeof code === 'string' && code.startsWith('Z_');
}
