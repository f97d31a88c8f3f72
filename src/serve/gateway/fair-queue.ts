/**
 * A queue in which callers take turns, whoever asked how often. Of one caller the first comes first.
 *
 * One that fills the queue does not keep the others out: see {@link FairQueue.heaviest} (McKenney, "Stochastic Fairness
 * Queueing", 1990).
 */
export class FairQueue<Item extends { readonly caller: string }> {
  /** In the order of their turns. */
  readonly #lines = new Map<string, Item[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: Item): void {
    const line = this.#lines.get(item.caller);
    if (line === undefined) this.#lines.set(item.caller, [item]);
    else line.push(item);
    this.#size++;
  }

  /** Puts one back that had its turn: it has the next. */
  unshift(item: Item): void {
    const line = this.#lines.get(item.caller) ?? [];
    const others = [...this.#lines].filter(([caller]) => caller !== item.caller);
    this.#lines.clear();
    this.#lines.set(item.caller, [item, ...line]);
    for (const [caller, waiting] of others) this.#lines.set(caller, waiting);
    this.#size++;
  }

  peek(): Item | undefined {
    for (const [first] of this.#lines.values()) return first;
    return undefined;
  }

  shift(): Item | undefined {
    for (const [caller, line] of this.#lines) {
      const item = line.shift()!;
      this.#lines.delete(caller);
      if (line.length > 0) this.#lines.set(caller, line);
      this.#size--;
      return item;
    }
    return undefined;
  }

  /** @returns whether it was there. */
  remove(item: Item): boolean {
    const line = this.#lines.get(item.caller);
    const index = line?.indexOf(item) ?? -1;
    if (line === undefined || index < 0) return false;
    line.splice(index, 1);
    if (line.length === 0) this.#lines.delete(item.caller);
    this.#size--;
    return true;
  }

  /** How many have their turn before one more of this caller would. */
  ahead(caller: string): number {
    const own = this.#lines.get(caller)?.length ?? 0;
    let sum = own;
    for (const [other, line] of this.#lines) if (other !== caller) sum += Math.min(line.length, own + 1);
    return sum;
  }

  /** The latest of the caller who waits for most, where that is more than the given caller does. */
  heaviest(caller: string): Item | undefined {
    let longest = this.#lines.get(caller) ?? [];
    // Making room for one more must leave the other with no fewer.
    let bound = longest.length + 1;
    for (const line of this.#lines.values())
      if (line.length > bound) {
        longest = line;
        bound = line.length;
      }
    return bound > (this.#lines.get(caller)?.length ?? 0) + 1 ? longest.at(-1) : undefined;
  }

  /** Empties it. */
  drain(): Item[] {
    const all = [...this.#lines.values()].flat();
    this.#lines.clear();
    this.#size = 0;
    return all;
  }
}
