/** Gives names numbers, from 0, as they first come. */
export class Numbering {
  readonly #numbers = new Map<string, number>();

  get names(): readonly string[] {
    return [...this.#numbers.keys()];
  }

  get size(): number {
    return this.#numbers.size;
  }

  of(name: string): number {
    let number = this.#numbers.get(name);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(name, number);
    }
    return number;
  }

  /** Of each number, the place of its name in the alphabet: the same in whatever order names came. */
  ranks(): Int32Array {
    const ranks = new Int32Array(this.size);
    const names = [...this.#numbers].sort(([x], [y]) => (x < y ? -1 : 1));
    for (const [rank, [, number]] of names.entries()) ranks[number] = rank;
    return ranks;
  }

  has(name: string): boolean {
    return this.#numbers.has(name);
  }
}
