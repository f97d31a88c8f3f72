import type { AtomicFile, WrittenFile } from '../../io/index.js';

const blockBytes = 256 * 1024;

/** Gathers small pieces before they are handed to the file. */
export class BlockFile {
  readonly #file: AtomicFile;
  #block = Buffer.allocUnsafeSlow(blockBytes);
  #length = 0;

  constructor(file: AtomicFile) {
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#length + bytes.length > blockBytes) await this.#flush();
    if (bytes.length > blockBytes) return this.#file.write(bytes);
    this.#block.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  async commit(): Promise<WrittenFile> {
    await this.#flush();
    return this.#file.commit();
  }

  discard(): Promise<void> {
    return this.#file.discard();
  }

  async #flush(): Promise<void> {
    if (this.#length === 0) return;
    await this.#file.write(this.#block.subarray(0, this.#length));
    this.#length = 0;
  }
}
