import { isAscii } from 'node:buffer';
import type { Conversation } from '../../conversation/index.js';
import { DataError } from '../../core/index.js';
import { SpillBuffer } from '../spill-buffer.js';

/** Bytes that are read at once when conversations are read in order. */
const windowBytes = 2 ** 20;
/** Conversations whose places are looked up at once. */
const windowConversations = 1024;
const offsetBytes = Float64Array.BYTES_PER_ELEMENT;

/** Conversations by number, as JSON, in a share of memory and then in a temporary file, as are their places. */
export class ConversationStore implements AsyncDisposable {
  readonly #records: SpillBuffer;
  readonly #ends: SpillBuffer;
  #size = 0;

  constructor({ memoryBytes, directory }: { readonly memoryBytes: number; readonly directory?: string | undefined }) {
    this.#records = new SpillBuffer((memoryBytes * 3) / 4, directory);
    this.#ends = new SpillBuffer(memoryBytes / 4, directory);
  }

  get size(): number {
    return this.#size;
  }

  get spilledBytes(): number {
    return (this.#records.spilled ? this.#records.length : 0) + (this.#ends.spilled ? this.#ends.length : 0);
  }

  /** @throws DataError where JSON cannot hold it. @throws VicunaError `file-unwritable`. */
  async add(conversation: Conversation): Promise<void> {
    await this.#records.append(encode(conversation));
    await this.#ends.append(new Uint8Array(Float64Array.of(this.#records.length).buffer));
    this.#size++;
  }

  async read(number: number): Promise<Conversation> {
    const [start, end] = await this.#places(number, 1);
    return decode(await this.#records.read(start!, end! - start!));
  }

  /** All of them, in the order they were added. */
  async *inOrder(): AsyncGenerator<Conversation, void, undefined> {
    for (let first = 0; first < this.#size; first += windowConversations) {
      const places = await this.#places(first, Math.min(windowConversations, this.#size - first));
      for (let from = 0; from < places.length - 1; ) {
        const start = places[from]!;
        let to = from + 1;
        while (to + 1 < places.length && places[to + 1]! - start <= windowBytes) to++;
        const bytes = await this.#records.read(start, places[to]! - start);
        for (; from < to; from++) yield decode(bytes.subarray(places[from]! - start, places[from + 1]! - start));
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#records.close();
    await this.#ends.close();
  }

  /** Where conversations begin, and where the last one ends. */
  async #places(first: number, count: number): Promise<Float64Array> {
    if (first > 0)
      return new Float64Array((await this.#ends.read((first - 1) * offsetBytes, (count + 1) * offsetBytes)).buffer);
    const places = new Float64Array(count + 1);
    places.set(new Float64Array((await this.#ends.read(0, count * offsetBytes)).buffer), 1);
    return places;
  }
}

function encode(conversation: Conversation): Uint8Array {
  try {
    return Buffer.from(JSON.stringify(conversation));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new DataError(
      { file: '(conversation)', id: conversation.id },
      `it cannot be kept as JSON: ${reason}. Leave what is not JSON out of its metadata.`,
      { cause },
    );
  }
}

function decode(bytes: Uint8Array<ArrayBuffer>): Conversation {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return JSON.parse(view.toString(isAscii(view) ? 'latin1' : 'utf8'));
}
