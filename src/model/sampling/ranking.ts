/**
 * Tokens in falling order of their logits, equal ones by rising id. It is a heap: building it takes time linear in the
 * vocabulary, and only the tokens that are taken out are ever sorted.
 */
export class Ranking {
  readonly #ids: Int32Array;
  readonly #logits_V: Float32Array;
  #size = 0;

  /** @param minimum - tokens below it are left out. */
  constructor(logits_V: Float32Array, minimum: number) {
    this.#logits_V = logits_V;
    this.#ids = new Int32Array(logits_V.length);
    for (let id = 0; id < logits_V.length; id++) if (logits_V[id]! >= minimum) this.#ids[this.#size++] = id;
    for (let parent = (this.#size >>> 1) - 1; parent >= 0; parent--) this.#sink(parent);
  }

  /** @returns the next token, -1 when there is none left. */
  take(): number {
    if (this.#size === 0) return -1;
    const first = this.#ids[0]!;
    this.#size--;
    this.#ids[0] = this.#ids[this.#size]!;
    this.#sink(0);
    return first;
  }

  #sink(start: number): void {
    const ids = this.#ids;
    const sinking = ids[start]!;
    let place = start;
    for (let child = 2 * place + 1; child < this.#size; child = 2 * place + 1) {
      if (child + 1 < this.#size && this.#isBefore(ids[child + 1]!, ids[child]!)) child++;
      if (!this.#isBefore(ids[child]!, sinking)) break;
      ids[place] = ids[child]!;
      place = child;
    }
    ids[place] = sinking;
  }

  #isBefore(left: number, right: number): boolean {
    const [ours, theirs] = [this.#logits_V[left]!, this.#logits_V[right]!];
    return ours > theirs || (ours === theirs && left < right);
  }
}
