import { createHash } from 'node:crypto';

/** 64 bits. */
export type Fingerprint = readonly [high: number, low: number];

/**
 * Remembers which texts it has seen, in 12 bytes each at most half full: a 64-bit hash and the number of the text. Two
 * different texts are taken for one with a probability of n^2 / 2^65: one in 37 million for a million texts.
 */
export class Fingerprints {
  #size = 0;
  #slots = new Uint32Array(3 * 1024);

  has([high, low]: Fingerprint): boolean {
    return this.#slots[this.#locate(high, low) + 2] !== 0;
  }

  /**
   * Looks a text up and adds it if it is new.
   *
   * @returns the number it was added with earlier, `undefined` for a new one.
   */
  add([high, low]: Fingerprint, number: number): number | undefined {
    if (3 * 2 * this.#size >= this.#slots.length) this.#grow();
    const slot = this.#locate(high, low);
    const found = this.#slots[slot + 2] as number;
    if (found !== 0) return found - 1;
    this.#slots[slot] = high;
    this.#slots[slot + 1] = low;
    // Zero marks a free slot.
    this.#slots[slot + 2] = number + 1;
    this.#size++;
    return undefined;
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

/** The hash of a text in parts. */
export function fingerprint(parts: readonly string[]): Fingerprint {
  const hash = createHash('sha1');
  // With their lengths, so that no other parts make the same text.
  for (const part of parts) hash.update(`${part.length}:${part}`);
  const digest = hash.digest();
  return [digest.readUInt32LE(0), digest.readUInt32LE(4)];
}
