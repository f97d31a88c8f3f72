import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VicunaError } from '../../core/index.js';

/**
 * Bytes that are only ever added to, read back at random: in memory up to a threshold, then in a temporary file.
 * At most the threshold is held in memory however much is added. Calls are made one after another.
 */
export class SpillBuffer {
  readonly #memoryBytes: number;
  readonly #parent: string;
  #tail = Buffer.alloc(0);
  #tailLength = 0;
  #fileLength = 0;
  #file: FileHandle | undefined;

  /** @param parent - where the temporary file goes. @defaultValue the system's folder for temporary files */
  constructor(memoryBytes: number, parent: string = tmpdir()) {
    this.#memoryBytes = memoryBytes;
    this.#parent = parent;
  }

  get length(): number {
    return this.#fileLength + this.#tailLength;
  }

  get spilled(): boolean {
    return this.#file !== undefined;
  }

  /** @throws VicunaError `file-unwritable` when the temporary file cannot be made or is full. */
  async append(bytes: Uint8Array): Promise<void> {
    if (this.#tailLength + bytes.length > this.#memoryBytes) await this.#flush();
    this.#reserve(this.#tailLength + bytes.length);
    this.#tail.set(bytes, this.#tailLength);
    this.#tailLength += bytes.length;
  }

  /** @returns a copy, at the start of a buffer of its own. */
  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    if (offset >= this.#fileLength) {
      const start = offset - this.#fileLength;
      bytes.set(this.#tail.subarray(start, start + length));
      return bytes;
    }
    const got = await this.#file?.read(bytes, 0, length, offset);
    if (got?.bytesRead !== length)
      throw new VicunaError('file-unreadable', `The temporary file of training data in ${this.#parent} was cut short.`);
    return bytes;
  }

  /** Frees the memory and the file. Harmless when done twice. */
  async close(): Promise<void> {
    this.#tail = Buffer.alloc(0);
    this.#tailLength = 0;
    this.#fileLength = 0;
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #flush(): Promise<void> {
    if (this.#tailLength === 0) return;
    try {
      this.#file ??= await openNameless(this.#parent);
      await this.#file.appendFile(this.#tail.subarray(0, this.#tailLength));
    } catch (cause) {
      throw new VicunaError(
        'file-unwritable',
        `Training data is kept in a temporary file, which cannot be written in ${this.#parent}: ${String(cause)}. ` +
          'Free some room there, or set TMPDIR to a folder that has it.',
        { cause },
      );
    }
    this.#fileLength += this.#tailLength;
    this.#tailLength = 0;
  }

  #reserve(length: number): void {
    if (length <= this.#tail.length) return;
    const grown = Buffer.alloc(Math.max(length, Math.min(this.#tail.length * 2, this.#memoryBytes)));
    this.#tail.copy(grown, 0, 0, this.#tailLength);
    this.#tail = grown;
  }
}

/** A file that has lost its name: it is gone when it is closed, even where the process is killed. */
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
