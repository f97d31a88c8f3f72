import { stat } from 'node:fs/promises';
import { DataError, type DataLocation, type Run, startRun } from '../../core/index.js';
import { type ByteSource, type JsonItem, type ReadAmounts, readJson } from '../../io/index.js';
import type { ConversationSource, ReadOptions } from './options.js';
import { isParquetFile, type RowChoice, readParquet } from './parquet/index.js';
import { type ReadReport, type ReadSkipReason, ReadTally, type UnusableReason } from './report.js';
import { idText, isFields, WrongForm } from './shape.js';

/** What a record comes to: conversations, or why it is of no use. */
export type Conversion<Item> =
  | { readonly items: Iterable<Item> }
  | { readonly unusable: UnusableReason; readonly message: string };

/** Makes conversations of a record. @throws WrongForm where it has another form. */
export type Converter<Item> = (value: unknown, location: DataLocation) => Conversion<Item>;

/** The options of a reader, checked. */
export interface RecordOptions extends Pick<ReadOptions, 'signal' | 'onProgress' | 'maxRecordBytes'> {
  readonly onBadRecord: 'throw' | 'skip';
  /** Spares a Parquet file's other columns where no row is wanted. */
  readonly choose?: RowChoice | undefined;
}

/** The loop that all readers share. */
export function readRecords<Item>(
  source: ConversationSource | (() => Promise<ConversationSource>),
  options: RecordOptions,
  convert: Converter<Item>,
): Run<Item, ReadReport> {
  return startRun(async function* (signal) {
    const tally = new ReadTally();
    const files = filesOf(typeof source === 'function' ? await source() : source);
    const meter = await Meter.over(files, options.onProgress);
    for (const file of files) {
      const onRead = (amounts: ReadAmounts) => meter.read(amounts);
      const records = isParquetFile(file)
        ? readParquet(file, { signal, onRead, choose: options.choose })
        : readJson(file, { maxRecordBytes: options.maxRecordBytes, signal, onRead });
      for await (const record of records) {
        tally.records++;
        const conversion = convertRecord(record, convert);
        if ('items' in conversion)
          for (const item of conversion.items) {
            tally.conversations++;
            yield item;
          }
        else {
          if (conversion.bad && options.onBadRecord === 'throw') throw badRecord(conversion);
          tally.skip(conversion.reason, conversion.location, conversion.message);
        }
      }
      meter.next();
    }
    tally.bytes = meter.bytes;
    return tally.report();
  }, options);
}

/** A record that makes no conversation. */
export interface SkippedRecord {
  /** Whether `onBadRecord` decides about it. */
  readonly bad: boolean;
  readonly reason: ReadSkipReason;
  readonly location: DataLocation;
  readonly message: string;
}

export function convertRecord<Item>(
  item: JsonItem,
  convert: Converter<Item>,
): { readonly items: Iterable<Item> } | SkippedRecord {
  const { location } = item;
  if (item.type === 'bad') return { bad: true, reason: item.problem, location, message: item.message };
  try {
    const conversion = convert(item.value, location);
    if ('items' in conversion) return conversion;
    const { unusable: reason, message } = conversion;
    return { bad: false, reason, location: named(location, item.value), message };
  } catch (error) {
    if (!(error instanceof WrongForm)) throw error;
    return { bad: true, reason: 'wrong-form', location: named(location, item.value), message: error.message };
  }
}

/** People know a conversation by its id, where it has one. */
function named(location: DataLocation, value: unknown): DataLocation {
  const id = isFields(value) ? (idText(value.id) ?? idText(value.conversation_id)) : undefined;
  return id === undefined ? location : { ...location, id };
}

/** What `onBadRecord: 'throw'` throws. */
export function badRecord({ reason, location, message }: SkippedRecord): DataError {
  const mend = reason === 'cut-off' ? 'It was cut off while it was written or copied: get it again' : 'Mend it there';
  const remedy = `${mend}, or pass onBadRecord: 'skip' (--skip-bad-records on the command line) to leave such records out and count them.`;
  return new DataError(location, `${message}. ${remedy}`);
}

/** Sources one by one. */
export function filesOf(source: ConversationSource): readonly ByteSource[] {
  return Array.isArray(source) ? source : [source as ByteSource];
}

/** Adds up what has been read over several files. */
class Meter {
  readonly #onProgress: ReadOptions['onProgress'];
  readonly #total: number | undefined;
  #finished = { bytes: 0, stored: 0 };
  #current = { bytes: 0, stored: 0 };

  private constructor(onProgress: ReadOptions['onProgress'], total: number | undefined) {
    this.#onProgress = onProgress;
    this.#total = total;
  }

  static async over(files: readonly ByteSource[], onProgress: ReadOptions['onProgress']): Promise<Meter> {
    return new Meter(onProgress, onProgress && (await totalSize(files)));
  }

  get bytes(): number {
    return this.#finished.bytes + this.#current.bytes;
  }

  read(amounts: ReadAmounts): void {
    this.#current = amounts;
    const done = this.#finished.stored + amounts.stored;
    this.#onProgress?.({ phase: 'read', done, ...(this.#total !== undefined && { total: this.#total }) });
  }

  next(): void {
    this.#finished = { bytes: this.bytes, stored: this.#finished.stored + this.#current.stored };
    this.#current = { bytes: 0, stored: 0 };
  }
}

/** `undefined` where one of them is a stream or cannot be looked at; opening it will say why. */
async function totalSize(files: readonly ByteSource[]): Promise<number | undefined> {
  let total = 0;
  for (const file of files) {
    if (typeof file !== 'string' && !(file instanceof URL)) return undefined;
    const stats = await stat(file).catch(() => undefined);
    if (stats === undefined) return undefined;
    total += stats.size;
  }
  return total;
}
