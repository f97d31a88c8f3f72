import { BroadcastChannel } from 'node:worker_threads';
import type { CollectiveArray } from '../communicator.js';

/** Where an array lies: in which of its owner's shared buffers (counted from 1), and at which byte. */
export interface Location {
  readonly buffer: number;
  readonly byteOffset: number;
}

type Message =
  | { readonly type: 'share'; readonly rank: number; readonly id: number; readonly buffer: SharedArrayBuffer }
  | { readonly type: 'forget'; readonly rank: number; readonly id: number };

/**
 * The ranks' shared buffers, each known to the others by a number. A buffer is shown to them when it is first used, and
 * forgotten when its owner has let go of it.
 */
export class SharedMemory {
  readonly #rank: number;
  readonly #channel: BroadcastChannel;
  readonly #own = new WeakMap<SharedArrayBuffer, number>();
  readonly #peers = new Map<string, SharedArrayBuffer>();
  readonly #collected: FinalizationRegistry<number>;
  #count = 0;
  #closed = false;
  readonly #waiting: (() => void)[] = [];

  constructor(rank: number, channel: string) {
    this.#rank = rank;
    this.#channel = new BroadcastChannel(channel);
    this.#channel.onmessage = (event) => this.#receive((event as { data: Message }).data);
    this.#channel.unref();
    this.#collected = new FinalizationRegistry((id) => this.#send({ type: 'forget', rank, id }));
  }

  /** Makes an array known to the other ranks, all of which must have opened the channel; `undefined` if it is not shared. */
  locate(values: CollectiveArray): Location | undefined {
    const { buffer, byteOffset } = values;
    if (!(buffer instanceof SharedArrayBuffer)) return undefined;
    let id = this.#own.get(buffer);
    if (id === undefined) {
      id = ++this.#count;
      this.#own.set(buffer, id);
      this.#collected.register(buffer, id);
      this.#send({ type: 'share', rank: this.#rank, id, buffer });
    }
    return { buffer: id, byteOffset };
  }

  /** Another rank's buffer, which that rank has located before. */
  async resolve(rank: number, id: number): Promise<SharedArrayBuffer> {
    for (;;) {
      const buffer = this.#peers.get(`${rank}/${id}`);
      if (buffer !== undefined) return buffer;
      // It was sent before its number was told, so it is on its way.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  close(): void {
    this.#closed = true;
    this.#channel.close();
    this.#peers.clear();
  }

  #send(message: Message): void {
    // Buffers are also collected after the end.
    if (!this.#closed) this.#channel.postMessage(message);
  }

  #receive(message: Message): void {
    const key = `${message.rank}/${message.id}`;
    if (message.type === 'share') this.#peers.set(key, message.buffer);
    else this.#peers.delete(key);
    for (const look of this.#waiting.splice(0)) look();
  }
}
