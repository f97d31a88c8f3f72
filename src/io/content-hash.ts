import { createHash } from 'node:crypto';
import { openFile } from './file-reader.js';

const chunkBytes = 1024 * 1024;

/**
 * SHA-256 of a file's bytes, in hexadecimal, in constant memory.
 *
 * @throws VicunaError `file-unreadable`.
 */
export async function hashFile(location: string | URL, signal?: AbortSignal): Promise<string> {
  const reader = await openFile(location);
  try {
    const hash = createHash('sha256');
    const chunk = new Uint8Array(chunkBytes);
    for (;;) {
      signal?.throwIfAborted();
      const count = await reader.read(chunk);
      if (count === 0) return hash.digest('hex');
      hash.update(chunk.subarray(0, count));
    }
  } finally {
    await reader.close();
  }
}

/** SHA-256 of bytes or of text as UTF-8, in hexadecimal. */
export function hashOf(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
