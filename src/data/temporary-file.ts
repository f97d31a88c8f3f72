import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VicunaError } from '../core/index.js';

/** A file without a name: it is gone when it is closed, even where the process is killed. */
export class TemporaryFile implements AsyncDisposable {
  readonly #directory: string;
  readonly #handle: FileHandle;
  #length = 0;
  #open = true;

  private constructor(directory: string, handle: FileHandle) {
    this.#directory = directory;
    this.#handle = handle;
  }

  /**
   * @param directory - where it takes its room. Default: the system's folder for temporary files
   * @throws VicunaError `file-unwritable`.
   */
  static async create(directory: string = tmpdir()): Promise<TemporaryFile> {
    try {
      return new TemporaryFile(directory, await openNameless(directory));
    } catch (cause) {
      throw unwritable(directory, cause);
    }
  }

  get length(): number {
    return this.#length;
  }

  /** @throws VicunaError `file-unwritable` when the disk is full. */
  async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let written = 0; written < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(
          bytes,
          written,
          bytes.length - written,
          this.#length + written,
        );
        written += bytesWritten;
      }
    } catch (cause) {
      throw unwritable(this.#directory, cause);
    }
    // Only now: what was half written when the disk was full is written over.
    this.#length += bytes.length;
  }

  /** Fills `into` with what lies from `offset` on. @throws VicunaError `file-unreadable` when there is less. */
  async read(into: Uint8Array, offset: number): Promise<void> {
    for (let filled = 0; filled < into.length; ) {
      const { bytesRead } = await this.#handle.read(into, filled, into.length - filled, offset + filled);
      if (bytesRead === 0)
        throw new VicunaError(
          'file-unreadable',
          `The temporary file of training data in ${this.#directory} was cut short.`,
        );
      filled += bytesRead;
    }
  }

  /** Harmless when done twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
  }
}

function unwritable(directory: string, cause: unknown): VicunaError {
  return new VicunaError(
    'file-unwritable',
    `Training data is kept in a temporary file, which cannot be written in ${directory}: ${String(cause)}. ` +
      'Free some room there, or set TMPDIR to a folder that has it.',
    { cause },
  );
}

async function openNameless(directory: string): Promise<FileHandle> {
  const path = join(directory, `vicuna-sdk-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  try {
    await unlink(path);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}
