import type { ByteWindow } from './byte-window.js';
import { isSpace } from './json-syntax.js';

const quote = 0x22;
const comma = 0x2c;
const closeArray = 0x5d;
const openObject = 0x7b;
/** Longest field name, and longest white space before it, by which the beginning of a record is known. */
const reach = 256;

/**
 * Finds the next record after a flawed one.
 *
 * The end that brackets give a flawed record is believed if what follows looks like the next record or the end. If not
 * (a lost quote turns text into brackets and back) it looks for the field name that records of this file begin with,
 * right after a `{`: inside a string that quote would be escaped.
 */
export class RecordFinder {
  readonly #window: ByteWindow;
  readonly #isArray: boolean;
  /** The first field name of a record, in its quotes. */
  #key: Buffer | undefined;
  #keyIsCertain = false;
  /** Distance from the window's start to the end of the flawed record, if there is one to believe. */
  #believed: number | undefined;

  constructor(window: ByteWindow, isArray: boolean) {
    this.#window = window;
    this.#isArray = isArray;
  }

  /** Learns how records begin from a record in `[start, end)`; a sound one overrules a flawed one. */
  learn(start: number, end: number, sound: boolean): void {
    if (this.#keyIsCertain) return;
    const key = firstKey(this.#window.bytes, start, end);
    if (sound || this.#key === undefined) this.#key = key;
    this.#keyIsCertain = sound;
  }

  /** Starts looking at `from`; `believedEnd` is where brackets say that the flawed record ends. */
  begin(from: number, believedEnd?: number): void {
    this.#window.consume(from);
    this.#believed = believedEnd === undefined ? undefined : believedEnd - from;
  }

  /** @returns what the window's start now stands before, or `more` for more bytes. */
  next(): 'value' | 'separator' | 'end' | 'more' {
    if (this.#believed !== undefined) {
      const believed = this.#believe(this.#window.start + this.#believed);
      if (believed !== 'no') return believed;
      this.#believed = undefined;
    }
    return this.#search();
  }

  #believe(end: number): 'separator' | 'value' | 'more' | 'no' {
    const window = this.#window;
    const { bytes } = window;
    let position = skipSpace(bytes, end, window.end);
    // Beyond the window's end the buffer holds what was there before.
    const separator = this.#isArray && position < window.end ? bytes[position] : undefined;
    if (separator === comma || separator === closeArray) position = skipSpace(bytes, position + 1, window.end);
    if (position + reach > window.end && !window.ended) return 'more';
    const atEnd = position >= window.end;
    const follows = separator === closeArray ? atEnd : this.#beginsRecord(position) || (atEnd && !this.#isArray);
    if (!follows || (this.#isArray && separator !== comma && separator !== closeArray)) return 'no';
    window.consume(end);
    return this.#isArray ? 'separator' : 'value';
  }

  #beginsRecord(position: number): boolean {
    const { bytes, end } = this.#window;
    if (this.#key === undefined) return position < end;
    if (position >= end || bytes[position] !== openObject) return false;
    const name = skipSpace(bytes, position + 1, end);
    return bytes.subarray(name, Math.min(name + this.#key.length, end)).equals(this.#key);
  }

  #search(): 'value' | 'end' | 'more' {
    const window = this.#window;
    const { bytes, end } = window;
    const key = this.#key;
    if (key === undefined) return 'end';
    const range = bytes.subarray(window.start, end);
    for (let at = range.indexOf(key); at >= 0; at = range.indexOf(key, at + 1)) {
      let brace = window.start + at - 1;
      while (brace > window.start && isSpace(bytes[brace]!)) brace--;
      if (brace < window.start || bytes[brace] !== openObject) continue;
      window.consume(brace);
      return 'value';
    }
    if (window.ended) return 'end';
    window.consume(Math.max(window.start, end - 2 * reach));
    return 'more';
  }
}

function firstKey(bytes: Buffer, start: number, end: number): Buffer | undefined {
  if (bytes[start] !== openObject) return undefined;
  const from = skipSpace(bytes, start + 1, end);
  if (bytes[from] !== quote) return undefined;
  const length = bytes.subarray(from + 1, Math.min(from + reach, end)).indexOf(quote);
  const key = Buffer.from(bytes.subarray(from, from + length + 2));
  // A name with anything else in it is more likely a lost quote than a name.
  return length > 0 && /^"[\w -]+"$/.test(key.toString('latin1')) ? key : undefined;
}

function skipSpace(bytes: Buffer, position: number, end: number): number {
  let after = position;
  while (after < end && isSpace(bytes[after]!)) after++;
  return after;
}
