import { setImmediate as nextTurn } from 'node:timers/promises';
import { TemporaryFile } from '../../temporary-file.js';
import { mergeRuns, type SortedRun } from './merge.js';
import { radixSort } from './radix-sort.js';

/** Most that is sorted at once, so that nothing else waits for longer than a few tenths of a second: 32 MiB. */
const longestRunWords = 2 ** 23;
/** Least and most that is read of a run, or given out, at once, in words: 16 KiB and 1 MiB. */
const leastBlockWords = 2 ** 12;
const mostBlockWords = 2 ** 18;

/** How an {@link ExternalSorter} keeps what it is given. */
export interface SorterOptions {
  /** Words of a record. */
  readonly width: number;
  /** Beyond it sorted runs go to a temporary file. */
  readonly memoryBytes: number;
  readonly directory?: string | undefined;
}

/**
 * Sorts any number of records of a few 32-bit words each, by all their words. What does not fit in memory lies in sorted runs in a
 * temporary file, which are merged; where there are too many for that, runs are merged into longer ones first. The order of records
 * does not depend on how much memory there was.
 */
export class ExternalSorter implements AsyncDisposable {
  readonly #width: number;
  readonly #directory: string | undefined;
  readonly #runWords: number;
  readonly #mergeWords: number;
  #records = new Uint32Array(0);
  #length = 0;
  #scratch = new Uint32Array(0);
  #runs: SortedRun[] = [];
  #file: TemporaryFile | undefined;
  #spilledBytes = 0;

  constructor({ width, memoryBytes, directory }: SorterOptions) {
    this.#width = width;
    this.#directory = directory;
    // A run and the room to sort it; later, the blocks of all runs that are merged.
    const words = Math.floor(memoryBytes / Uint32Array.BYTES_PER_ELEMENT);
    this.#runWords = wholeRecords(Math.min(words / 2, longestRunWords), width);
    this.#mergeWords = words;
  }

  /** Bytes written to temporary files. */
  get spilledBytes(): number {
    return this.#spilledBytes;
  }

  /** @param records - any number of whole records; copied. @throws VicunaError `file-unwritable`. */
  async add(records: Uint32Array): Promise<void> {
    for (let taken = 0; taken < records.length; ) {
      if (this.#length === this.#runWords) await this.#spill();
      const count = Math.min(records.length - taken, this.#runWords - this.#length);
      this.#reserve(this.#length + count);
      this.#records.set(count === records.length ? records : records.subarray(taken, taken + count), this.#length);
      this.#length += count;
      taken += count;
    }
  }

  /** All records in order, in blocks that are good until the next is asked for. Nothing can be added any more. */
  async *sorted(signal: AbortSignal): AsyncGenerator<Uint32Array, void, undefined> {
    if (this.#file === undefined) {
      const records = this.#sortRun();
      const block = wholeRecords(mostBlockWords, this.#width);
      for (let start = 0; start < records.length; start += block) {
        signal.throwIfAborted();
        yield records.subarray(start, start + block);
      }
      return;
    }
    await this.#spill();
    this.#records = this.#scratch = new Uint32Array(0);
    const mostRuns = Math.max(2, Math.floor(this.#mergeWords / leastBlockWords) - 1);
    while (this.#runs.length > mostRuns) await this.#mergeOnce(mostRuns, signal);
    for await (const block of this.#merge(this.#runs)) {
      signal.throwIfAborted();
      yield block;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#records = this.#scratch = new Uint32Array(0);
    this.#length = 0;
    await this.#file?.[Symbol.asyncDispose]();
  }

  /** Makes runs that are fewer and longer, in another file. */
  async #mergeOnce(mostRuns: number, signal: AbortSignal): Promise<void> {
    const old = this.#file!;
    const file = await TemporaryFile.create(this.#directory);
    try {
      const runs: SortedRun[] = [];
      for (let first = 0; first < this.#runs.length; first += mostRuns) {
        const start = file.length;
        for await (const block of this.#merge(this.#runs.slice(first, first + mostRuns))) {
          signal.throwIfAborted();
          await this.#write(file, block);
        }
        runs.push({ file, start, end: file.length });
      }
      this.#file = file;
      this.#runs = runs;
    } finally {
      await (this.#file === file ? old : file)[Symbol.asyncDispose]();
    }
  }

  #merge(runs: readonly SortedRun[]): AsyncGenerator<Uint32Array, void, undefined> {
    // One block more than there are runs: the one that is given out.
    const blockWords = Math.min(this.#mergeWords / (runs.length + 1), mostBlockWords);
    return mergeRuns(runs, this.#width, wholeRecords(blockWords, this.#width));
  }

  async #spill(): Promise<void> {
    if (this.#length === 0) return;
    this.#file ??= await TemporaryFile.create(this.#directory);
    const start = this.#file.length;
    await this.#write(this.#file, this.#sortRun());
    this.#runs.push({ file: this.#file, start, end: this.#file.length });
    this.#length = 0;
    await nextTurn();
  }

  async #write(file: TemporaryFile, records: Uint32Array): Promise<void> {
    await file.append(new Uint8Array(records.buffer, records.byteOffset, records.byteLength));
    this.#spilledBytes += records.byteLength;
  }

  #sortRun(): Uint32Array {
    if (this.#scratch.length < this.#records.length) this.#scratch = new Uint32Array(this.#records.length);
    const records = this.#records.subarray(0, this.#length);
    return radixSort(records, this.#width, this.#scratch.subarray(0, this.#length));
  }

  #reserve(length: number): void {
    if (length <= this.#records.length) return;
    const grown = new Uint32Array(Math.min(Math.max(length, 2 * this.#records.length, 3 * 1024), this.#runWords));
    grown.set(this.#records.subarray(0, this.#length));
    this.#records = grown;
  }
}

function wholeRecords(words: number, width: number): number {
  return Math.max(1, Math.floor(words / width)) * width;
}
