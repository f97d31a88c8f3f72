import type { ByteRange } from './protocol.js';

const initialBytes = 256 * 1024;

/** Bytes laid end to end in one buffer that grows, to be handed to another thread. */
export class ByteCollector {
  #bytes = new Uint8Array(initialBytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(bytes: Uint8Array): ByteRange {
    const start = this.#length;
    const end = start + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, start));
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, start);
    this.#length = end;
    return { start, end };
  }

  /** What was collected. The buffer is given away. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    return taken;
  }
}
