import type { DataLocation } from '../core/index.js';
import type { ByteReader } from './byte-reader.js';

const initialBytes = 1024 * 1024;
const newline = 0x0a;

/**
 * The part of an input that is being looked at: one buffer that slides over it, so that memory does not grow with the
 * input and a record always lies in one piece.
 *
 * `start` is the first byte still needed, `cursor` where the reader stands, `end` the end of what has been read. All
 * three are positions in `bytes`, and `fill` moves them together.
 */
export class ByteWindow {
  bytes: Buffer;
  start = 0;
  cursor = 0;
  end = 0;
  /** The input has no more bytes than those before `end`. */
  ended = false;
  readonly #reader: ByteReader;
  /** Offset in the input of the buffer's first byte. */
  #offset = 0;
  /** Line on which `start` stands, counted from 1. */
  #line = 1;

  constructor(reader: ByteReader, bytes: Buffer = Buffer.allocUnsafeSlow(initialBytes)) {
    this.#reader = reader;
    this.bytes = bytes;
  }

  /** A window on bytes that are in memory already. @param location - where the first of them stands in its file */
  static over(bytes: Buffer, { file, line = 1, offset = 0 }: DataLocation): ByteWindow {
    const empty: ByteReader = { name: file, size: undefined, taken: 0, read: async () => 0, close: async () => {} };
    const window = new ByteWindow(empty, bytes);
    window.end = bytes.length;
    window.ended = true;
    window.#offset = offset;
    window.#line = line;
    return window;
  }

  /** Bytes of the input that have been read, decompressed. */
  get bytesRead(): number {
    return this.#offset + this.end;
  }

  /** Forgets what lies before `start` and reads on. Sets `ended` where there is nothing more. */
  async fill(): Promise<void> {
    if (this.start > 0) this.#slide();
    if (this.bytes.length - this.end < this.bytes.length / 4) this.#grow();
    const count = await this.#reader.read(this.bytes.subarray(this.end));
    if (count === 0) this.ended = true;
    this.end += count;
  }

  /** What lies before `position` is done with. */
  consume(position: number): void {
    this.#line += this.#newlines(this.start, position);
    this.start = position;
    this.cursor = position;
  }

  /** Where a position at or after `start` lies in the file. */
  locate(position: number): DataLocation & { readonly line: number; readonly offset: number } {
    return {
      file: this.#reader.name,
      line: this.#line + this.#newlines(this.start, position),
      offset: this.#offset + position,
    };
  }

  #slide(): void {
    this.bytes.copyWithin(0, this.start, this.end);
    this.#offset += this.start;
    this.cursor -= this.start;
    this.end -= this.start;
    this.start = 0;
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.bytes.length * 2);
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
  }

  #newlines(from: number, to: number): number {
    if (from >= to) return 0;
    // Bounded by a view: a search of the whole buffer for each short record would read it over and over.
    const range = this.bytes.subarray(from, to);
    let count = 0;
    for (let at = range.indexOf(newline); at >= 0; at = range.indexOf(newline, at + 1)) count++;
    return count;
  }
}
