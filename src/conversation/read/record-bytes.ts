import type { DataLocation } from '../../core/index.js';
import { type BadJsonRecord, type JsonItem, parseJsonBytes, type ReadAmounts, splitJson } from '../../io/index.js';
import type { RawConversation } from '../raw.js';
import { convertAnyForm, type ReadConversationsSettings } from './detect.js';
import { convertRecord, type SkippedRecord } from './records.js';

// Reading in two halves, so that the second can run in other threads: finding records in the bytes of a file, and making
// conversations of them. Together they are `readConversations`.

/** A record that nobody has looked into. @internal */
export interface RecordBytes {
  readonly type: 'record';
  /** Valid until the next record is asked for. */
  readonly value: Buffer;
  /** With line and offset. */
  readonly location: DataLocation;
}

/** Finds the records of a file. @internal */
export function splitRecords(
  file: string,
  { onBadRecord, maxRecordBytes }: ReadConversationsSettings,
  calls: { readonly signal?: AbortSignal; readonly onRead?: (amounts: ReadAmounts) => void } = {},
): AsyncIterable<RecordBytes | BadJsonRecord> {
  return splitJson(file, { maxRecordBytes, goesOn: onBadRecord === 'skip', ...calls });
}

/** Parses a record of {@link splitRecords} and makes conversations of it. @internal */
export function readRecord(
  item: RecordBytes | BadJsonRecord,
  settings: ReadConversationsSettings,
): { readonly items: Iterable<RawConversation> } | SkippedRecord {
  const parsed: JsonItem = item.type === 'bad' ? item : parseJsonBytes(item.value, item.location);
  return convertRecord(parsed, (value, location) => convertAnyForm(value, location, settings));
}
