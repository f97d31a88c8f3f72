import { createHash, type Hash, randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError } from './file-errors.js';
import { pathOf } from './file-reader.js';

/** What a finished file holds. */
export interface WrittenFile {
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * A file that appears whole or not at all: written beside its place under another name, flushed to the disk, then
 * renamed. Until `commit` an older file of that name stays as it is; after `discard` nothing is left.
 */
export class AtomicFile {
  readonly path: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  readonly #hash: Hash = createHash('sha256');
  #bytes = 0;
  #open = true;

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** @throws VicunaError `file-unwritable`. */
  static async create(location: string | URL): Promise<AtomicFile> {
    const path = pathOf(location);
    const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      const mode = await modeOf(path);
      const handle = await open(temporary, 'wx', mode);
      return new AtomicFile(path, temporary, handle);
    } catch (error) {
      throw fileError('file-unwritable', path, error);
    }
  }

  /** Resolves when the operating system has taken the bytes: awaiting it is the back-pressure. */
  async write(chunk: Uint8Array): Promise<void> {
    this.#hash.update(chunk);
    this.#bytes += chunk.byteLength;
    try {
      for (let written = 0; written < chunk.byteLength; ) {
        const { bytesWritten } = await this.#handle.write(chunk, written);
        written += bytesWritten;
      }
    } catch (error) {
      throw fileError('file-unwritable', this.path, error);
    }
  }

  /** Puts the file in its place. */
  async commit(): Promise<WrittenFile> {
    try {
      await this.#handle.sync();
      await this.#close();
      await rename(this.#temporary, this.path);
      await syncDirectory(dirname(this.path));
    } catch (error) {
      await this.discard();
      throw fileError('file-unwritable', this.path, error);
    }
    return { path: this.path, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Leaves no trace; harmless when called twice or after `commit`. */
  async discard(): Promise<void> {
    await this.#close();
    await rm(this.#temporary, { force: true });
  }

  async #close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await this.#handle.close();
  }
}

/** Writes a whole file atomically. @throws VicunaError `file-unwritable`. */
export async function writeFileAtomic(location: string | URL, content: Uint8Array | string): Promise<WrittenFile> {
  const file = await AtomicFile.create(location);
  try {
    await file.write(typeof content === 'string' ? Buffer.from(content) : content);
    return await file.commit();
  } finally {
    await file.discard();
  }
}

/** A replaced file keeps its permissions: conversations that were private stay so. */
async function modeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch {
    return 0o666;
  }
}

/** Makes a new name itself survive a power cut, where directories can be flushed (not on Windows). */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
