import { isAscii, isUtf8 } from 'node:buffer';
import type { DataLocation } from '../core/index.js';
import type { ByteWindow } from './byte-window.js';
import { checkJson, describeFound, isSpace } from './json-syntax.js';
import { firstInvalidUtf8 } from './utf8.js';

/** Why a record cannot be read. @public */
export type JsonProblem = 'not-json' | 'not-utf8' | 'cut-off' | 'too-large';

/** One value of a file of many. */
export interface JsonRecord {
  readonly type: 'record';
  readonly value: unknown;
  /** Where it begins. */
  readonly location: DataLocation;
}

/** A place where the file is not what it should be. Reading goes on with the next record where one can be found. */
export interface BadJsonRecord {
  readonly type: 'bad';
  readonly problem: JsonProblem;
  /** Where it goes wrong. */
  readonly location: DataLocation;
  /** What was expected and what was found, without the location. */
  readonly message: string;
}

export type JsonItem = JsonRecord | BadJsonRecord;

/** Cuts records out of a window. `more`: fill the window and ask again. */
export interface RecordSplitter {
  next(): JsonItem | 'more' | 'end';
}

/** A {@link BadJsonRecord} and the position in the window from which to look for the next record. */
export interface Flaw {
  readonly item: BadJsonRecord;
  readonly resume: number;
}

/** The value that lies in `[start, end)` of the window, or what is wrong with it. */
export function parseRecord(window: ByteWindow, start: number, end: number): JsonRecord | Flaw {
  const { bytes } = window;
  const view = bytes.subarray(start, end);
  const ascii = isAscii(view);
  if (!ascii && !isUtf8(view)) return invalidUtf8(window, start, start + firstInvalidUtf8(view));
  try {
    // For plain ASCII (what Python's json.dump writes) latin1 is the same text and decodes several times faster.
    const value: unknown = JSON.parse(bytes.toString(ascii ? 'latin1' : 'utf8', start, end));
    return { type: 'record', value, location: window.locate(start) };
  } catch {
    return invalidJson(window, start, end);
  }
}

/** What is wrong with bytes that are not one JSON value. */
export function invalidJson(window: ByteWindow, start: number, end: number): Flaw {
  const { bytes } = window;
  const syntax = checkJson(bytes, start, end);
  const record = `in the record that starts at line ${window.locate(start).line}`;
  if (syntax.kind === 'invalid') {
    const found = describeFound(bytes, syntax.position, end);
    const message = `expected ${syntax.expected}, found ${found}, ${record}`;
    return { ...flaw(window, 'not-json', syntax.position, message), resume: syntax.resume };
  }
  if (syntax.kind === 'incomplete')
    return flaw(window, 'cut-off', end, `the text ends inside ${syntax.inside}, ${record}`);
  let position = syntax.end;
  while (position < end && isSpace(bytes[position]!)) position++;
  const found = describeFound(bytes, position, end);
  return flaw(window, 'not-json', position, `expected nothing more after the value, found ${found}, ${record}`);
}

export function tooLarge(window: ByteWindow, maxRecordBytes: number): Flaw {
  const message = `the record that starts here is larger than ${maxRecordBytes.toLocaleString('en-US')} bytes; raise maxRecordBytes if that is right`;
  return flaw(window, 'too-large', window.start, message);
}

export function flaw(window: ByteWindow, problem: JsonProblem, position: number, message: string): Flaw {
  return { item: { type: 'bad', problem, location: window.locate(position), message }, resume: position };
}

function invalidUtf8(window: ByteWindow, start: number, position: number): Flaw {
  const byte = `0x${window.bytes[position]!.toString(16)}`;
  const record = `in the record that starts at line ${window.locate(start).line}`;
  return flaw(window, 'not-utf8', position, `expected UTF-8 text, found byte ${byte}, ${record}`);
}

export const isFlaw = (result: JsonRecord | Flaw): result is Flaw => 'item' in result;
