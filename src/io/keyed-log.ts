import { type FileHandle, open, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DataError, type DataLocation, VicunaError } from '../core/index.js';
import { syncDirectory } from './atomic-file.js';
import { fileError } from './file-errors.js';
import { pathOf } from './file-reader.js';
import { FlushSchedule } from './flush-schedule.js';
import type { BadJsonRecord, JsonRecord } from './json-record.js';
import { type LineRange, logLines } from './log-lines.js';

/** What a log holds: anything JSON can say, under a key. */
export interface LogEntry {
  /** Unique in its log: the hash of everything that decides the entry, so that equal work has an equal key. */
  readonly key: string;
}

export interface KeyedLogOptions<Entry extends LogEntry> {
  /** Checks what a line says. @throws DataError at `location` where it is not an entry. */
  readonly parse: (value: unknown, location: DataLocation) => Entry;
  /**
   * Milliseconds that an entry may wait for the disk; 0 makes every append wait for it. Only a power cut can lose what
   * waits: the operating system has it, whatever becomes of the process.
   *
   * @defaultValue `1000`
   */
  readonly flushWithin?: number | undefined;
}

/** A last line that a crash cut short. The next append cuts it off; its own append never resolved. @public */
export interface TornLine {
  /** Where the line begins. */
  readonly location: DataLocation;
  /** How much of it is there. */
  readonly bytes: number;
}

/** How every line of ours begins. */
const lineFront = '{"key":"';

interface Place {
  readonly offset: number;
  readonly length: number;
}

/**
 * Entries that are paid for once and kept: a JSON Lines file that only grows, one entry a line, with its keys in memory
 * and everything else on disk.
 *
 * What `append` has resolved survives the death of the process at any instant; a power cut can take the last
 * `flushWithin` milliseconds. A line that was being written then is cut off with the next append. Of two lines with one key
 * the first holds. A damaged line anywhere else is an error: nothing is passed over without a word.
 *
 * A log has one writer. Reading it meanwhile is safe; a second writer is found out at its first append, or at the other's
 * next, and no line of either is lost.
 */
export class KeyedLog<Entry extends LogEntry> implements AsyncIterable<Entry>, AsyncDisposable {
  readonly path: string;
  readonly #handle: FileHandle;
  readonly #parse: KeyedLogOptions<Entry>['parse'];
  readonly #flushes: FlushSchedule;
  readonly #places = new Map<string, Place>();
  /** Where the next line goes. */
  #end = 0;
  /** Bytes of the file as this writer left it; more than `#end` while a torn line waits to be cut off. */
  #size = 0;
  #needsLineBreak = false;
  #torn: TornLine | undefined;
  #duplicates = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #closed = false;

  private constructor(path: string, handle: FileHandle, { parse, flushWithin = 1000 }: KeyedLogOptions<Entry>) {
    this.path = path;
    this.#handle = handle;
    this.#parse = parse;
    const flush = () =>
      handle.datasync().catch((error: unknown) => {
        throw fileError('file-unwritable', path, error);
      });
    this.#flushes = new FlushSchedule(flush, flushWithin);
  }

  /**
   * Opens a log, or begins one; nothing of it is changed before the first append.
   *
   * @throws DataError for a damaged line, naming it.
   * @throws VicunaError `file-unwritable`.
   */
  static async open<Entry extends LogEntry>(
    location: string | URL,
    options: KeyedLogOptions<Entry>,
  ): Promise<KeyedLog<Entry>> {
    const path = pathOf(location);
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'a+');
      const log = new KeyedLog(path, handle, options);
      for await (const { item, ...range } of logLines(path)) {
        if (item.type === 'record') log.#index(item, range);
        else if (item.type === 'bad') await log.#tear(item, range);
        else log.#end = log.#size = range.end;
      }
      if (log.#size === 0) await syncDirectory(dirname(path));
      return log;
    } catch (error) {
      await handle?.close();
      throw fileError('file-unwritable', path, error);
    }
  }

  /** Number of keys. */
  get size(): number {
    return this.#places.size;
  }

  /** The line that was found torn when the log was opened. */
  get torn(): TornLine | undefined {
    return this.#torn;
  }

  /** Lines whose key an earlier line has: two writers, or files put together. */
  get duplicates(): number {
    return this.#duplicates;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  keys(): IterableIterator<string> {
    return this.#places.keys();
  }

  async get(key: string): Promise<Entry | undefined> {
    const place = this.#places.get(key);
    if (place === undefined) return undefined;
    const bytes = await this.#read(place.offset, place.length).catch((error: unknown) => {
      throw fileError('file-unreadable', this.path, error);
    });
    return this.#parse(JSON.parse(bytes.toString()), { file: this.path, offset: place.offset, id: key });
  }

  /**
   * Writes an entry, unless its key is there already. Appends may overlap; lines come in the order of the calls.
   *
   * @returns whether it was written.
   * @throws VicunaError `file-unwritable`; the file then holds what it held before.
   */
  async append(entry: Entry): Promise<boolean> {
    if (this.#closed) throw new VicunaError('disposed', `${this.path} was closed; open it again to append.`);
    const appended = this.#queue.then(() => this.#append(entry));
    this.#queue = appended.catch(() => undefined);
    const written = await appended;
    if (written) await this.#flushes.written();
    return written;
  }

  /** The entries that were there when the loop began, in the order of the file. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Entry, void, undefined> {
    const end = this.#end;
    for await (const { item, start, end: lineEnd } of logLines(this.path)) {
      if (start >= end) return;
      if (item.type === 'blank') continue;
      if (item.type === 'bad') throw this.#changed();
      const entry = this.#parse(item.value, item.location);
      const offset = this.#places.get(entry.key)?.offset ?? -1;
      if (offset >= start && offset < lineEnd) yield entry;
    }
  }

  /** Waits for appends under way, flushes and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#queue;
    try {
      await this.#flushes.finish();
    } finally {
      await this.#handle.close();
    }
  }

  #index({ value, location }: JsonRecord, { start, end, terminated }: LineRange): void {
    const { key } = this.#parse(value, location);
    this.#end = end;
    this.#size = end;
    this.#needsLineBreak = !terminated;
    if (this.#places.has(key)) this.#duplicates++;
    else this.#places.set(key, { offset: start, length: end - start });
  }

  /** Only what may be the beginning of a line of ours is cut off: no other file is damaged further by being opened here. */
  async #tear({ location, message }: BadJsonRecord, { start, end, terminated }: LineRange): Promise<void> {
    const front = (await this.#read(start, Math.min(end - start, lineFront.length))).toString('latin1');
    // A power cut can leave zeros where a line was to be.
    if (terminated || !lineFront.startsWith(front.replace(/\0+$/, '')))
      throw new DataError(location, `${message}. Mend this line, or delete it: what it held is then done again.`);
    this.#size = end;
    this.#torn = { location: { ...location, offset: start }, bytes: end - start };
  }

  async #read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    for (let read = 0; read < length; ) {
      const { bytesRead } = await this.#handle.read(bytes, read, length - read, offset + read);
      if (bytesRead === 0) throw this.#changed();
      read += bytesRead;
    }
    return bytes;
  }

  async #append(entry: Entry): Promise<boolean> {
    if (this.#places.has(entry.key)) return false;
    const lineBreak = this.#needsLineBreak ? '\n' : '';
    const line = Buffer.from(`${lineBreak}${lineOf(entry, this.path)}`);
    try {
      await this.#write(line);
    } catch (error) {
      throw fileError('file-unwritable', this.path, error);
    }
    this.#places.set(entry.key, { offset: this.#end + lineBreak.length, length: line.length - lineBreak.length });
    this.#needsLineBreak = false;
    this.#end += line.length;
    this.#size = this.#end;
    return true;
  }

  async #write(line: Buffer): Promise<void> {
    // A writer beside us is noticed before anything of it is cut off. The file is in append mode: should two still write
    // at once, the lines come one after the other.
    if ((await this.#handle.stat()).size !== this.#size) throw this.#changed();
    if (this.#size > this.#end) await this.#cut();
    try {
      for (let written = 0; written < line.length; )
        written += (await this.#handle.write(line, written, line.length - written)).bytesWritten;
    } catch (error) {
      // A full disk takes half a line.
      await this.#cut();
      throw error;
    }
  }

  async #cut(): Promise<void> {
    // By its path: Windows lets nobody shorten a file through a handle that only appends.
    await truncate(this.path, this.#end);
    this.#size = this.#end;
  }

  #changed(): VicunaError {
    return new VicunaError(
      'file-unwritable',
      `${this.path} was changed by somebody else while it was open. Give every run that writes a file of its own, then open it again.`,
    );
  }
}

/** The key comes first, which is how a torn line is known to be ours. */
function lineOf(entry: LogEntry, file: string): string {
  try {
    return `${JSON.stringify(Object.assign({ key: entry.key }, entry))}\n`;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DataError({ file, id: entry.key }, `this entry cannot be written as JSON: ${reason}`, { cause: error });
  }
}
