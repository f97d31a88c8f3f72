import { DataError } from '../core/index.js';
import type { ByteWindow } from './byte-window.js';
import { describeFound, isSpace } from './json-syntax.js';

/**
 * How a file holds its records: elements of one array, one a line, or one value after another over several lines (a
 * single pretty-printed object is that too).
 */
export type JsonForm = 'array' | 'lines' | 'values';

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
/** A first line that is longer than this and has not ended is taken for a line. */
const enoughBytes = 1024 * 1024;
const newline = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const openObject = 0x7b;

/**
 * Skips a byte order mark and says how the file holds its records: `[` begins an array; an object that fits on its line
 * begins JSON Lines; an object that goes on over more lines begins values.
 *
 * @throws DataError where it is no JSON at all, saying what it looks like instead.
 */
export async function detectJsonForm(window: ByteWindow, known?: JsonForm): Promise<JsonForm> {
  while (window.end - window.start < 3 && !window.ended) await window.fill();
  skipByteOrderMark(window);
  if (known !== undefined) return known;
  for (;;) {
    const { bytes, start, end } = window;
    const first = skipSpace(bytes, start, end);
    if (first < end && bytes[first] === 0x5b) return 'array';
    if (first < end && bytes[first] !== openObject) throw new DataError(window.locate(first), notJson(window, first));
    const form = first < end ? objectForm(bytes, first, end) : undefined;
    if (form !== undefined) return form;
    if (window.ended) return first < end ? 'lines' : emptyForm(window);
    if (end - first > enoughBytes) return 'lines';
    await window.fill();
  }
}

/** Where the first object's line breaks are decides; `undefined` where they have not been read. */
function objectForm(bytes: Buffer, start: number, end: number): JsonForm | undefined {
  let depth = 0;
  let inString = false;
  for (let position = start; position < end; position++) {
    const byte = bytes[position]!;
    // A line break in a string is a flaw of this line, for the line reader to report.
    if (byte === newline) return inString ? 'lines' : acrossLines(bytes, position, end);
    if (inString) {
      if (byte === backslash) position++;
      else if (byte === quote) inString = false;
    } else if (byte === quote) inString = true;
    else if ((byte | 0x20) === openObject) depth++;
    else if ((byte | 0x20) === 0x7d && --depth === 0) return afterObject(bytes, position + 1, end);
  }
  return undefined;
}

/** An object is open at the end of its line. A new object where a field name should be: that line was cut off. */
function acrossLines(bytes: Buffer, lineEnd: number, end: number): JsonForm | undefined {
  const next = skipSpace(bytes, lineEnd, end);
  if (next >= end) return undefined;
  return bytes[next] === openObject ? 'lines' : 'values';
}

function afterObject(bytes: Buffer, start: number, end: number): JsonForm | undefined {
  for (let position = start; position < end; position++) {
    const byte = bytes[position]!;
    if (byte === newline) return 'lines';
    if (!isSpace(byte)) return 'values';
  }
  return undefined;
}

function skipSpace(bytes: Buffer, start: number, end: number): number {
  let position = start;
  while (position < end && isSpace(bytes[position]!)) position++;
  return position;
}

function skipByteOrderMark(window: ByteWindow): void {
  const mark = window.bytes.subarray(window.start, Math.min(window.start + 3, window.end));
  if (mark.equals(byteOrderMark)) window.consume(window.start + 3);
  const utf16 = (mark[0] === 0xff && mark[1] === 0xfe) || (mark[0] === 0xfe && mark[1] === 0xff);
  if (utf16) throw new DataError(window.locate(window.start), 'this is UTF-16 text. Save it as UTF-8.');
}

/** JSON Lines may hold no record; JSON has no empty document, so an empty `.json` file was cut off. */
function emptyForm(window: ByteWindow): JsonForm {
  const location = window.locate(window.start);
  if (!/\.json(\.gz)?$/i.test(location.file)) return 'lines';
  throw new DataError(location, 'the file is empty: expected a JSON array or JSON Lines. Write or download it again.');
}

function notJson(window: ByteWindow, start: number): string {
  const { bytes, end } = window;
  const expected = "expected a JSON array ('[') or JSON Lines ('{')";
  const front = bytes.toString('latin1', start, Math.min(start + 4, end));
  if (front.startsWith('PK')) return `${expected}, found a ZIP archive. Unpack it and name the JSON file in it.`;
  if (front.startsWith('<'))
    return `${expected}, found what looks like a web page. Name the JSON file instead: in ChatGPT's export, conversations.json.`;
  return `${expected}, found ${describeFound(bytes, start, end)}.`;
}
