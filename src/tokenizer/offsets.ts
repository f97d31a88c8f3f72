/**
 * Positions in a text counted in Unicode code points, as the `tokenizers` package counts, and in UTF-16 units, as
 * JavaScript does. They differ only past a character outside the basic plane; a lone surrogate counts one in both.
 */
export class TextPositions {
  readonly #text: string;
  readonly #same: boolean;
  #unit = 0;
  #codePoint = 0;

  constructor(text: string) {
    this.#text = text;
    // Of valid pairs the low half alone tells; a lone surrogate only costs the slower path.
    this.#same = !/[\udc00-\udfff]/.test(text);
  }

  /** Whole code points before a UTF-16 offset. Fast when asked in ascending order. */
  toCodePoints(unit: number): number {
    if (this.#same) return unit;
    if (unit < this.#unit) this.#unit = this.#codePoint = 0;
    for (;;) {
      const next = this.#unit + (this.#text.codePointAt(this.#unit)! > 0xffff ? 2 : 1);
      if (next > unit) return this.#codePoint;
      this.#unit = next;
      this.#codePoint++;
    }
  }

  /** UTF-16 offsets of pairs of code point offsets, laid flat. */
  toUnits(ranges: readonly (readonly number[])[]): Int32Array {
    const units = new Int32Array(ranges.length * 2);
    const table = this.#same ? undefined : this.#unitOfCodePoint();
    for (let index = 0; index < ranges.length; index++) {
      const [start, end] = ranges[index] as [number, number];
      units[2 * index] = table === undefined ? start : table[start]!;
      units[2 * index + 1] = table === undefined ? end : table[end]!;
    }
    return units;
  }

  #unitOfCodePoint(): Int32Array {
    const table = new Int32Array(this.#text.length + 1);
    let codePoint = 0;
    for (let unit = 0; unit < this.#text.length; codePoint++) {
      table[codePoint] = unit;
      unit += this.#text.codePointAt(unit)! > 0xffff ? 2 : 1;
    }
    table[codePoint] = this.#text.length;
    return table;
  }
}
