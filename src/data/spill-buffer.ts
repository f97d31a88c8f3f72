import { TemporaryFile } from './temporary-file.js';

/**
 * Bytes that are only ever added to, read back at random: in memory up to a threshold, then in a temporary file.
 * At most the threshold is held in memory however much is added. Calls are made one after another.
 */
export class SpillBuffer {
  readonly #memoryBytes: number;
  readonly #parent: string | undefined;
  #tail = Buffer.alloc(0);
  #tailLength = 0;
  #file: TemporaryFile | undefined;

  /** @param parent - where the temporary file goes. Default: the system's folder for temporary files */
  constructor(memoryBytes: number, parent?: string) {
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
    const inFile = Math.max(0, Math.min(length, this.#fileLength - offset));
    if (inFile > 0) await this.#file!.read(bytes.subarray(0, inFile), offset);
    const start = offset + inFile - this.#fileLength;
    if (inFile < length) bytes.set(this.#tail.subarray(start, start + length - inFile), inFile);
    return bytes;
  }

  /** Frees the memory and the file. Harmless when done twice. */
  async close(): Promise<void> {
    this.#tail = Buffer.alloc(0);
    this.#tailLength = 0;
    const file = this.#file;
    this.#file = undefined;
    await file?.[Symbol.asyncDispose]();
  }

  get #fileLength(): number {
    return this.#file?.length ?? 0;
  }

  async #flush(): Promise<void> {
    if (this.#tailLength === 0) return;
    this.#file ??= await TemporaryFile.create(this.#parent);
    await this.#file.append(this.#tail.subarray(0, this.#tailLength));
    this.#tailLength = 0;
  }

  #reserve(length: number): void {
    if (length <= this.#tail.length) return;
    const grown = Buffer.alloc(Math.max(length, Math.min(this.#tail.length * 2, this.#memoryBytes)));
    this.#tail.copy(grown, 0, 0, this.#tailLength);
    this.#tail = grown;
  }
}
