import type { DataLocation } from '../core/index.js';
import type { ByteReader } from './byte-reader.js';
import { type ByteSource, openBytes } from './byte-source.js';
import { ByteWindow } from './byte-window.js';
import { detectJsonForm, type JsonForm } from './json-form.js';
import { JsonLineSplitter } from './json-lines.js';
import {
  type BadJsonRecord,
  isFlaw,
  type JsonItem,
  type JsonRecord,
  parseRecord,
  type ReadRecord,
  type RecordSplitter,
} from './json-record.js';
import { JsonValueSplitter } from './json-values.js';

/** Largest record that is read unless the caller says otherwise: 64 MiB. */
export const defaultMaxRecordBytes = 64 * 1024 * 1024;

export interface JsonReaderOptions {
  /** @defaultValue found out from the first bytes */
  readonly form?: JsonForm | undefined;
  /** Bound on one record in bytes, and so on memory. @defaultValue 64 MiB */
  readonly maxRecordBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called whenever bytes have been read. */
  readonly onRead?: ((amounts: ReadAmounts) => void) | undefined;
}

/** How much of an input has been read. */
export interface ReadAmounts {
  /** Bytes of JSON, decompressed. */
  readonly bytes: number;
  /** Bytes as they are stored. */
  readonly stored: number;
  /** Stored bytes in all, where known. */
  readonly size: number | undefined;
}

/**
 * Reads JSON records of any number, one in memory at a time. The file is opened at the first record and closed with the
 * loop. What is wrong with a record is an item, so that the caller decides whether to stop or to go on.
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError where the input is no JSON at all.
 */
export function readJson(
  source: ByteSource,
  options: JsonReaderOptions = {},
): AsyncGenerator<JsonItem, void, undefined> {
  return readItems(source, options, () => parseRecord);
}

/**
 * Finds JSON records by their quotes, brackets and line ends alone, for somebody else to parse: a `value` is the record's
 * bytes, valid until the next one is asked for, and {@link parseJsonBytes} makes of them what {@link readJson} yields.
 *
 * @param goesOn - whether the caller goes on after a flawed record. Where records are elements of an array, what follows
 * a flawed one can only be found by looking into it, so that each is then parsed here too.
 * @throws as {@link readJson}.
 */
export function splitJson(
  source: ByteSource,
  options: JsonReaderOptions & { readonly goesOn: boolean },
): AsyncGenerator<(JsonRecord & { readonly value: Buffer }) | BadJsonRecord, void, undefined> {
  const items = readItems(source, options, (form) => (form === 'lines' || !options.goesOn ? sliceRecord : checkRecord));
  return items as AsyncGenerator<(JsonRecord & { readonly value: Buffer }) | BadJsonRecord, void, undefined>;
}

/** Parses a record that {@link splitJson} found. @param location - of its first byte, with line and offset */
export function parseJsonBytes(bytes: Buffer, location: DataLocation): JsonItem {
  const result = parseRecord(ByteWindow.over(bytes, location), 0, bytes.length);
  return isFlaw(result) ? result.item : result;
}

const sliceRecord: ReadRecord = (window, start, end) => ({
  type: 'record',
  value: window.bytes.subarray(start, end),
  location: window.locate(start),
});

const checkRecord: ReadRecord = (window, start, end) => {
  const result = parseRecord(window, start, end);
  return isFlaw(result) ? result : sliceRecord(window, start, end);
};

async function* readItems(
  source: ByteSource,
  options: JsonReaderOptions,
  readerFor: (form: JsonForm) => ReadRecord,
): AsyncGenerator<JsonItem, void, undefined> {
  const reader = await openBytes(source, options.signal);
  try {
    const window = new ByteWindow(reader);
    const splitter = await splitterFor(window, options, readerFor);
    report(window, reader, options);
    for (;;) {
      const item = splitter.next();
      if (item === 'end') return;
      if (item !== 'more') yield item;
      else {
        options.signal?.throwIfAborted();
        await window.fill();
        report(window, reader, options);
      }
    }
  } finally {
    await reader.close();
  }
}

async function splitterFor(
  window: ByteWindow,
  options: JsonReaderOptions,
  readerFor: (form: JsonForm) => ReadRecord,
): Promise<RecordSplitter> {
  const { maxRecordBytes = defaultMaxRecordBytes } = options;
  const form = await detectJsonForm(window, options.form);
  return form === 'lines'
    ? new JsonLineSplitter(window, maxRecordBytes, readerFor(form))
    : new JsonValueSplitter(window, form, maxRecordBytes, readerFor(form));
}

function report(window: ByteWindow, reader: ByteReader, { onRead }: JsonReaderOptions): void {
  onRead?.({ bytes: window.bytesRead, stored: reader.taken, size: reader.size });
}
