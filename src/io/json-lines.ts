import type { ByteWindow } from './byte-window.js';
import { isFlaw, type JsonItem, parseRecord, type ReadRecord, type RecordSplitter, tooLarge } from './json-record.js';
import { isSpace } from './json-syntax.js';

const newline = 0x0a;

/**
 * Cuts JSON Lines into its lines: one value each, `\n` or `\r\n`, blank lines ignored, the last one with or without a
 * line break. A flawed line costs that line alone.
 */
export class JsonLineSplitter implements RecordSplitter {
  readonly #window: ByteWindow;
  readonly #maxRecordBytes: number;
  readonly #read: ReadRecord;
  /** In the rest of a line that was given up as too large. */
  #skipping = false;

  constructor(window: ByteWindow, maxRecordBytes: number, read: ReadRecord = parseRecord) {
    this.#window = window;
    this.#maxRecordBytes = maxRecordBytes;
    this.#read = read;
  }

  next(): JsonItem | 'more' | 'end' {
    const window = this.#window;
    for (;;) {
      const end = this.#lineEnd();
      if (end === undefined) {
        const item = this.#endless();
        if (item !== undefined) return item;
        return 'more';
      }
      const { start } = window;
      if (start >= window.end) return 'end';
      const skipping = this.#skipping;
      this.#skipping = false;
      const result = skipping || isBlank(window.bytes, start, end) ? undefined : this.#read(window, start, end);
      window.consume(Math.min(end + 1, window.end));
      if (result !== undefined) return isFlaw(result) ? result.item : result;
    }
  }

  /** Where the line that begins at `start` ends, or `undefined` where its end has not been read. */
  #lineEnd(): number | undefined {
    const { bytes, cursor, end, ended } = this.#window;
    const at = bytes.subarray(cursor, end).indexOf(newline);
    if (at >= 0) return cursor + at;
    this.#window.cursor = end;
    return ended ? end : undefined;
  }

  /** Gives up a line that is longer than any should be. */
  #endless(): JsonItem | undefined {
    const window = this.#window;
    const exceeds = window.end - window.start > this.#maxRecordBytes;
    const item = exceeds && !this.#skipping ? tooLarge(window, this.#maxRecordBytes).item : undefined;
    this.#skipping ||= exceeds;
    if (this.#skipping) window.consume(window.end);
    return item;
  }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  for (let position = start; position < end; position++) if (!isSpace(bytes[position]!)) return false;
  return true;
}
