/**
 * Sums of the judgments on each question. Resampling questions then means adding up these few numbers, however many
 * judgments there are.
 */
export class QuestionSums {
  readonly #width: number;
  /** A question's number among all and its place here. */
  readonly #places = new Map<number, number>();
  readonly #sums: number[] = [];

  constructor(width: number) {
    this.#width = width;
  }

  get questions(): number {
    return this.#places.size;
  }

  /** Adds to the question's sums, one number for each of them. */
  add(question: number, ...amounts: readonly number[]): void {
    const start = this.placeOf(question) * this.#width;
    for (let column = 0; column < this.#width; column++) this.#sums[start + column]! += amounts[column]!;
  }

  /** The question's place among those that are here; it is given one where it has none. */
  placeOf(question: number): number {
    let place = this.#places.get(question);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(question, place);
      for (let column = 0; column < this.#width; column++) this.#sums.push(0);
    }
    return place;
  }

  /** A sum of one question. */
  at(place: number, column: number): number {
    return this.#sums[place * this.#width + column]!;
  }

  /** How many questions have anything in one of the columns. */
  questionsWith(...columns: readonly number[]): number {
    let questions = 0;
    for (let place = 0; place < this.questions; place++)
      if (columns.some((column) => this.at(place, column) !== 0)) questions++;
    return questions;
  }

  /** The sums over all questions, each as often as `counts` says. */
  totals(counts?: ArrayLike<number>): Float64Array {
    const totals = new Float64Array(this.#width);
    const width = this.#width;
    for (let place = 0; place < this.questions; place++) {
      const count = counts === undefined ? 1 : counts[place]!;
      if (count !== 0)
        for (let column = 0; column < width; column++) totals[column]! += count * this.#sums[place * width + column]!;
    }
    return totals;
  }
}
