import type { FileHandle } from 'node:fs/promises';
import { fileError } from '../io/index.js';
import { CheckpointError, type CheckpointLocation } from './errors.js';

/**
 * Fills `into` from a place in a file.
 *
 * @throws CheckpointError where the file ends before that, though its size said otherwise when it was opened.
 */
export async function readFully(
  handle: FileHandle,
  into: Uint8Array,
  position: number,
  where: CheckpointLocation,
): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await handle.read(into, done, into.length - done, position + done).catch((cause: unknown) => {
      throw fileError('file-unreadable', where.file, cause);
    });
    if (bytesRead === 0)
      throw new CheckpointError(
        where,
        `the file ends at byte ${position + done}: it became shorter while it was read. Load it again.`,
      );
    done += bytesRead;
  }
}
