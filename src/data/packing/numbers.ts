/** Whole numbers that are only ever added to, in a typed array that doubles. */
export class NumberList<Numbers extends Int32Array | Float64Array> {
  #numbers: Numbers;
  #length = 0;
  readonly #allocate: (length: number) => Numbers;

  constructor(allocate: (length: number) => Numbers) {
    this.#allocate = allocate;
    this.#numbers = allocate(16);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const grown = this.#allocate(this.#length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.#length++] = value;
  }

  /** What is in the list now; not a copy. */
  get values(): Numbers {
    return this.#numbers.subarray(0, this.#length) as Numbers;
  }
}
