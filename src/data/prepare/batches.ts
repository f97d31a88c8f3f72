import { type ReadConversationsSettings, type RecordBytes, splitRecords } from '../../conversation/index.js';
import type { BadJsonRecord, ReadAmounts } from '../../io/index.js';
import { ByteCollector } from './byte-collector.js';
import type { FoundRecord, RecordBatch } from './protocol.js';

/** Enough for one call of the tokenizer to keep cores busy, little enough that memory stays small with many threads. */
const batchLimits = { bytes: 256 * 1024, records: 64 };

export interface BatchOptions {
  readonly settings: ReadConversationsSettings;
  /** Records at the beginning that are done already. */
  readonly skip: number;
  readonly signal: AbortSignal;
  /** @param stored - bytes of all files that have been taken so far. */
  readonly onRead: (stored: number) => void;
}

/** The records of files one after another, as bytes in batches for other threads. */
export async function* recordBatches(files: readonly string[], options: BatchOptions): AsyncGenerator<RecordBatch> {
  let collector = new ByteCollector();
  let records: FoundRecord[] = [];
  let left = options.skip;
  for await (const item of recordsOf(files, options)) {
    if (left-- > 0) continue;
    records.push(item.type === 'bad' ? item : { ...collector.add(item.value), location: item.location });
    if (collector.length < batchLimits.bytes && records.length < batchLimits.records) continue;
    yield { bytes: collector.take(), records };
    collector = new ByteCollector();
    records = [];
  }
  if (records.length > 0) yield { bytes: collector.take(), records };
}

async function* recordsOf(
  files: readonly string[],
  { settings, signal, onRead }: BatchOptions,
): AsyncGenerator<RecordBytes | BadJsonRecord> {
  let before = 0;
  for (const file of files) {
    let stored = 0;
    const count = (amounts: ReadAmounts) => {
      stored = amounts.stored;
      onRead(before + stored);
    };
    yield* splitRecords(file, settings, { signal, onRead: count });
    before += stored;
  }
}
