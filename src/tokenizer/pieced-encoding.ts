import type { Surroundings } from './piece-rule.js';
import type { Piece } from './piece-table.js';
import type { Encoding } from './types.js';

/** An encoding laid together of the pieces of its text. */
export class PiecedEncoding implements Encoding {
  readonly length: number;
  readonly #pieces: readonly Piece[];
  readonly #around: Surroundings;
  #ids: Int32Array | undefined;
  #offsets: Int32Array | undefined;
  #ends: Int32Array | undefined;

  /** @param pieces - of the whole text, in its order. */
  constructor(pieces: readonly Piece[], around: Surroundings) {
    this.#pieces = pieces;
    this.#around = around;
    this.length = around.before.length + around.after.length;
    for (const { ids } of pieces) this.length += ids.length;
  }

  get ids(): Int32Array {
    this.#ids ??= this.#layIds();
    return this.#ids;
  }

  get offsets(): Int32Array {
    this.#offsets ??= this.#layOffsets();
    return this.#offsets;
  }

  firstTokenPast(position: number): number {
    this.#ends ??= this.#layEnds();
    const ends = this.#ends;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle]! > position) high = middle;
      else low = middle + 1;
    }
    return ends.length === 0 ? 0 : this.#around.before.length + low;
  }

  #layIds(): Int32Array {
    const all = new Int32Array(this.length);
    const { before, after } = this.#around;
    all.set(before);
    let next = before.length;
    for (const { ids } of this.#pieces) for (let index = 0; index < ids.length; index++) all[next++] = ids[index]!;
    all.set(after, next);
    return all;
  }

  #layOffsets(): Int32Array {
    const all = new Int32Array(2 * this.length);
    let next = 2 * this.#around.before.length;
    let start = 0;
    for (const { offsets, length } of this.#pieces) {
      for (let index = 0; index < offsets.length; index++) all[next++] = start + offsets[index]!;
      start += length;
    }
    return all;
  }

  /** Where the tokens of the text end; they do so in order. */
  #layEnds(): Int32Array {
    const all = new Int32Array(this.length - this.#around.before.length - this.#around.after.length);
    let next = 0;
    let start = 0;
    for (const { offsets, length } of this.#pieces) {
      for (let index = 1; index < offsets.length; index += 2) all[next++] = start + offsets[index]!;
      start += length;
    }
    return all;
  }
}
