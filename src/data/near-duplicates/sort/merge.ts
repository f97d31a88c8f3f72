import type { TemporaryFile } from '../../temporary-file.js';

/** Sorted records in a file: bytes from `start` up to `end`. */
export interface SortedRun {
  readonly file: TemporaryFile;
  readonly start: number;
  readonly end: number;
}

/**
 * Merges sorted runs into one sorted sequence.
 *
 * @param width - words of a record.
 * @param blockWords - words held of each run, and given out at once; a multiple of `width`.
 * @returns blocks of whole records, each good until the next is asked for.
 */
export async function* mergeRuns(
  runs: readonly SortedRun[],
  width: number,
  blockWords: number,
): AsyncGenerator<Uint32Array, void, undefined> {
  const heap: RunReader[] = [];
  for (const run of runs) {
    const reader = new RunReader(run, blockWords);
    if (await reader.fill()) heap.push(reader);
  }
  for (let parent = (heap.length >> 1) - 1; parent >= 0; parent--) sink(heap, parent, width);
  const output = new Uint32Array(blockWords);
  let length = 0;
  while (heap.length > 0) {
    const least = heap[0]!;
    for (let word = 0; word < width; word++) output[length++] = least.block[least.at++]!;
    if (least.at === least.length && !(await least.fill())) {
      const last = heap.pop()!;
      if (last !== least) heap[0] = last;
    }
    if (heap.length > 1) sink(heap, 0, width);
    if (length < output.length) continue;
    yield output;
    length = 0;
  }
  if (length > 0) yield output.subarray(0, length);
}

class RunReader {
  readonly block: Uint32Array;
  /** The next word of the block, and how many words of it there are. */
  at = 0;
  length = 0;
  readonly #run: SortedRun;
  #offset: number;

  constructor(run: SortedRun, blockWords: number) {
    this.block = new Uint32Array(blockWords);
    this.#run = run;
    this.#offset = run.start;
  }

  /** @returns whether there was more. */
  async fill(): Promise<boolean> {
    const bytes = Math.min(this.block.byteLength, this.#run.end - this.#offset);
    if (bytes === 0) return false;
    await this.#run.file.read(new Uint8Array(this.block.buffer, 0, bytes), this.#offset);
    this.#offset += bytes;
    this.at = 0;
    this.length = bytes / 4;
    return true;
  }
}

function sink(heap: RunReader[], from: number, width: number): void {
  const sinking = heap[from]!;
  let parent = from;
  for (;;) {
    let child = 2 * parent + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!, width)) child++;
    if (!isBefore(heap[child]!, sinking, width)) break;
    heap[parent] = heap[child]!;
    parent = child;
  }
  heap[parent] = sinking;
}

function isBefore(one: RunReader, other: RunReader, width: number): boolean {
  for (let word = 0; word < width; word++) {
    const difference = one.block[one.at + word]! - other.block[other.at + word]!;
    if (difference !== 0) return difference < 0;
  }
  return false;
}
