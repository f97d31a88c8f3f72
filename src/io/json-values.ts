import type { ByteWindow } from './byte-window.js';
import {
  type Flaw,
  flaw,
  invalidJson,
  isFlaw,
  type JsonItem,
  parseRecord,
  type ReadRecord,
  type RecordSplitter,
  tooLarge,
} from './json-record.js';
import { JsonScan } from './json-scan.js';
import { checkJson, describeFound, isSpace } from './json-syntax.js';
import { RecordFinder } from './record-finder.js';

const comma = 0x2c;
const colon = 0x3a;
const openArray = 0x5b;
const closeArray = 0x5d;
const closeObject = 0x7d;
/** Length at which a record that has not ended yet is checked for the first time; then at every doubling. */
const suspiciousBytes = 1024 * 1024;

const expectedBetween = {
  open: "'['",
  'first value': "a value or ']'",
  value: "a value after ','",
  'next value': 'a value',
  separator: "',' or ']' after an element",
  after: 'nothing more after the end of the array',
} as const;

type Between = keyof typeof expectedBetween;

/**
 * Cuts a JSON array of any length into its elements (`array`), or a file of values that follow each other without commas
 * into those (`values`: one pretty-printed object, what `jq` prints).
 *
 * Bytes are only looked at for quotes and brackets; `JSON.parse` then judges each element, so that together they accept
 * exactly what it would accept of the whole. After a flaw a {@link RecordFinder} looks for the next record.
 */
export class JsonValueSplitter implements RecordSplitter {
  readonly #window: ByteWindow;
  readonly #isArray: boolean;
  readonly #maxRecordBytes: number;
  readonly #read: ReadRecord;
  readonly #scan = new JsonScan();
  readonly #finder: RecordFinder;
  #state: Between | 'inside' | 'lost' | 'end';
  #suspicious = suspiciousBytes;

  constructor(window: ByteWindow, form: 'array' | 'values', maxRecordBytes: number, read: ReadRecord = parseRecord) {
    this.#window = window;
    this.#read = read;
    this.#isArray = form === 'array';
    this.#maxRecordBytes = maxRecordBytes;
    this.#finder = new RecordFinder(window, this.#isArray);
    this.#state = this.#isArray ? 'open' : 'next value';
  }

  next(): JsonItem | 'more' | 'end' {
    for (;;) {
      const step = this.#step(this.#state);
      if (step !== undefined) return step;
    }
  }

  /** @returns `undefined` where only the state has changed. */
  #step(state: Between | 'inside' | 'lost' | 'end'): JsonItem | 'more' | 'end' | undefined {
    if (state === 'inside') return this.#inside();
    if (state === 'end') return 'end';
    if (state !== 'lost') return this.#between(state);
    const found = this.#finder.next();
    if (found === 'more') return 'more';
    this.#state = found === 'value' && !this.#isArray ? 'next value' : found;
    return undefined;
  }

  #between(state: Between): JsonItem | 'more' | 'end' | undefined {
    const window = this.#window;
    this.#skipSpace();
    if (window.start >= window.end) return window.ended ? this.#endOfInput(state) : 'more';
    const byte = window.bytes[window.start]!;
    const mayClose = state === 'first value' || state === 'separator';
    const mayBegin = state === 'first value' || state === 'value' || state === 'next value';
    if (state === 'open' && byte === openArray) this.#pass('first value');
    else if (state === 'separator' && byte === comma) this.#pass('value');
    else if (mayClose && byte === closeArray) this.#pass('after');
    else if (mayBegin && beginsValue(byte)) {
      this.#state = 'inside';
      this.#suspicious = suspiciousBytes;
      this.#scan.begin(byte);
    } else {
      const found = describeFound(window.bytes, window.start, window.end);
      return this.#reject(
        flaw(window, 'not-json', window.start, `expected ${expectedBetween[state]}, found ${found}`),
        beginsValue(byte) ? window.start : window.start + 1,
      );
    }
    return undefined;
  }

  #pass(state: Between): void {
    this.#window.consume(this.#window.start + 1);
    this.#state = state;
  }

  #inside(): JsonItem | 'more' {
    const window = this.#window;
    const { bytes, start, end } = window;
    const after = this.#scan.advance(bytes, window.cursor, end);
    if (after >= 0) return this.#finish(after);
    window.cursor = ~after;
    if (window.ended) return this.#finish(end);
    const length = end - start;
    if (length > this.#maxRecordBytes) return this.#reject(tooLarge(window, this.#maxRecordBytes), end);
    if (length < this.#suspicious) return 'more';
    // A lost quote makes the rest of the file look like one value: find that out before reading all of it.
    this.#suspicious = length * 2;
    return checkJson(bytes, start, end).kind === 'invalid'
      ? this.#rejectRecord(invalidJson(window, start, end))
      : 'more';
  }

  #finish(end: number): JsonItem {
    const window = this.#window;
    const result = this.#read(window, window.start, end);
    if (isFlaw(result)) return this.#rejectRecord(result, end);
    this.#finder.learn(window.start, end, true);
    window.consume(end);
    this.#state = this.#isArray ? 'separator' : 'next value';
    return result;
  }

  #rejectRecord(flawed: Flaw, believedEnd?: number): JsonItem {
    const { start, end } = this.#window;
    this.#finder.learn(start, end, false);
    return this.#reject(flawed, Math.max(flawed.resume, start + 1), believedEnd);
  }

  #reject({ item }: Flaw, lookFrom: number, believedEnd?: number): JsonItem {
    this.#finder.begin(lookFrom, believedEnd);
    this.#state = 'lost';
    return item;
  }

  #endOfInput(state: Between): JsonItem | 'end' {
    this.#state = 'end';
    if (state === 'after' || !this.#isArray) return 'end';
    return flaw(this.#window, 'cut-off', this.#window.end, "the text ends before the array's closing ']'").item;
  }

  #skipSpace(): void {
    const { bytes, end, start } = this.#window;
    let position = start;
    while (position < end && isSpace(bytes[position]!)) position++;
    if (position > start) this.#window.consume(position);
  }
}

/** Whether a byte may be meant as a value; whether it is one, `JSON.parse` says. */
function beginsValue(byte: number): boolean {
  return byte !== comma && byte !== colon && byte !== closeArray && byte !== closeObject;
}
