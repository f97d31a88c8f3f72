import { type FileHandle, open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ByteReader } from './byte-reader.js';
import { fileError } from './file-errors.js';

/** A path as people write it in a message and as the file system takes it. */
export function pathOf(location: string | URL): string {
  return typeof location === 'string' ? location : fileURLToPath(location);
}

/**
 * Opens a file for reading from its beginning. A handle of our own, not a stream: when `close` has resolved, the file is
 * closed, and every byte lands straight where the caller wants it.
 *
 * @throws VicunaError `file-unreadable`.
 */
export async function openFile(location: string | URL): Promise<ByteReader> {
  const path = pathOf(location);
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const stats = await handle.stat();
    return fileReader(path, handle, stats.isFile() ? stats.size : undefined);
  } catch (error) {
    await handle?.close();
    throw fileError('file-unreadable', path, error);
  }
}

function fileReader(path: string, handle: FileHandle, size: number | undefined): ByteReader {
  let taken = 0;
  return {
    name: path,
    size,
    get taken() {
      return taken;
    },
    async read(into) {
      try {
        const { bytesRead } = await handle.read(into, 0, into.length, null);
        taken += bytesRead;
        return bytesRead;
      } catch (error) {
        throw fileError('file-unreadable', path, error);
      }
    },
    close: () => handle.close(),
  };
}
