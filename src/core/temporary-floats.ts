/**
 * Memory for large arrays that is given back when they are done with, not when the collector comes by: it sees a small
 * object behind gigabytes of them and is in no hurry.
 */
export class TemporaryFloats implements Disposable {
  readonly #buffer: ArrayBuffer;

  constructor(length: number) {
    const bytes = length * Float32Array.BYTES_PER_ELEMENT;
    this.#buffer = new ArrayBuffer(bytes, { maxByteLength: bytes });
  }

  /** The first `length` elements, whatever they hold. Empty after disposal. */
  first(length: number): Float32Array {
    return new Float32Array(this.#buffer, 0, length);
  }

  [Symbol.dispose](): void {
    this.#buffer.resize(0);
  }
}
