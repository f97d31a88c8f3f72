/** What each rater said of each item, an item being two models on one question. */
export class RaterOutcomes {
  /** By rater: item to the surplus of judgments for a. */
  readonly #raters = new Map<string, Map<number, number>>();
  readonly #items = new Map<string, number>();
  readonly #questions: number[] = [];

  /** In the order of their names. */
  get raters(): readonly string[] {
    return [...this.#raters.keys()].sort();
  }

  /** The items and their questions, these in the order of their ranks. */
  ranked(ranks: ArrayLike<number>): readonly (readonly [item: number, question: number])[] {
    return [...this.#questions.entries()].sort(([, x], [, y]) => ranks[x]! - ranks[y]!);
  }

  /**
   * @param pair - the two models, in an order that is always the same.
   * @param outcome - 1 for the first of them, 0 for a tie, -1 for the second.
   */
  add(rater: string, question: number, pair: string, outcome: 1 | 0 | -1): void {
    const key = `${question} ${pair}`;
    let item = this.#items.get(key);
    if (item === undefined) {
      item = this.#items.size;
      this.#items.set(key, item);
      this.#questions.push(question);
    }
    let said = this.#raters.get(rater);
    if (said === undefined) {
      said = new Map();
      this.#raters.set(rater, said);
    }
    said.set(item, (said.get(item) ?? 0) + outcome);
  }

  /** What most of the rater's judgments of an item say: -1, 0 or 1; `undefined` where there is none. */
  of(rater: string, item: number): number | undefined {
    const surplus = this.#raters.get(rater)?.get(item);
    return surplus === undefined ? undefined : Math.sign(surplus);
  }
}
