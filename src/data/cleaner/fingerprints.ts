import { createHash } from 'node:crypto';

/**
 * Remembers which texts it has seen, in 12 bytes each at most half full: a 64-bit hash and the number of the text. Two
 * different texts are taken for one with a probability of n^2 / 2^65: one in 37 million for a million texts.
 */
export class Fingerprints {
  #size = 0;
  #slots = new Uint32Array(3 * 1024);

  /** The number that came with a text when it was added, if it was. */
  find(text: string): number | undefined {
    const slot = this.#locate(...fingerprint(text));
    const number = this.#slots[slot + 2] as number;
    return number === 0 ? undefined : number - 1;
  }

  /** Adds a text that is not there yet. */
  add(text: string, number: number): void {
    if (3 * 2 * this.#size >= this.#slots.length) this.#grow();
    const [high, low] = fingerprint(text);
    const slot = this.#locate(high, low);
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    // Zero marks a free slot.
    this.#slots[slot + 2] = number + 1;
    this.#size++;
  }

  /** The slot that holds a hash, or the free one where it belongs. */
  #locate(high: number, low: number): number {
    const capacity = this.#slots.length / 3;
    for (let index = low % capacity; ; index = (index + 1) % capacity) {
      const slot = 3 * index;
      if (this.#slots[slot + 2] === 0 || (this.#slots[slot] === high && this.#slots[slot + 1] === low)) return slot;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(2 * old.length);
    for (let slot = 0; slot < old.length; slot += 3) {
      if (old[slot + 2] === 0) continue;
      this.#slots.set(old.subarray(slot, slot + 3), this.#locate(old[slot] as number, old[slot + 1] as number));
    }
  }
}

function fingerprint(text: string): [high: number, low: number] {
  const digest = createHash('sha1').update(text).digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
