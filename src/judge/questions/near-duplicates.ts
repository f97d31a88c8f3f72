/** The question of a set that a text is most like. @public */
export interface NearestQuestion {
  /** Of the question that was added before. */
  readonly id: string;
  /** From 0, nothing in common, to 1, the same words in the same order. */
  readonly similarity: number;
}

/** Words in a row that are compared. Two say enough of short texts; three miss a question in which every fourth word differs. */
const shingleWords = 2;

/**
 * Finds questions that have been asked before in nearly the same words: the Jaccard similarity of their shingles, which are
 * every two words in a row (Broder 1997). A shingle that n questions of the set share counts 1/n, so that what a whole
 * series begins or ends with says nothing; words are compared in lower case, whatever the language.
 *
 * @public
 */
export class NearDuplicates {
  readonly #shingles = new Map<string, ReadonlySet<string>>();
  /** Which questions have a shingle. */
  readonly #owners = new Map<string, string[]>();

  /**
   * Begins with questions that are known.
   *
   * @param questions - anything with an id and turns; all turns of one count together.
   */
  constructor(questions: Iterable<{ readonly id: string; readonly turns: readonly string[] }> = []) {
    for (const { id, turns } of questions) this.add(id, turns.join('\n'));
  }

  /** Adds a question that later ones are compared with. */
  add(id: string, text: string): void {
    const shingles = shinglesOf(text);
    this.#shingles.set(id, shingles);
    for (const shingle of shingles) {
      const owners = this.#owners.get(shingle);
      if (owners === undefined) this.#owners.set(shingle, [id]);
      else owners.push(id);
    }
  }

  /** The question that is most like a text, or `undefined` where none has two words in a row in common with it. */
  nearest(text: string): NearestQuestion | undefined {
    const shingles = shinglesOf(text);
    const shared = new Map<string, number>();
    for (const shingle of shingles)
      for (const id of this.#owners.get(shingle) ?? []) shared.set(id, (shared.get(id) ?? 0) + this.#weight(shingle));
    const whole = this.#sum(shingles);
    let nearest: NearestQuestion | undefined;
    for (const [id, weight] of shared) {
      const similarity = weight / (whole + this.#sum(this.#shingles.get(id)!) - weight);
      if (nearest === undefined || similarity > nearest.similarity) nearest = { id, similarity };
    }
    return nearest;
  }

  #sum(shingles: ReadonlySet<string>): number {
    let sum = 0;
    for (const shingle of shingles) sum += this.#weight(shingle);
    return sum;
  }

  #weight(shingle: string): number {
    return 1 / (this.#owners.get(shingle)?.length ?? 1);
  }
}

// One language for all texts: words are then cut alike wherever it runs.
let segmenter: Intl.Segmenter | undefined;

function shinglesOf(text: string): ReadonlySet<string> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' });
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(text.normalize('NFKC').toLowerCase()))
    if (isWordLike) words.push(segment);
  if (words.length < shingleWords) return new Set(words);
  return new Set(words.slice(shingleWords - 1).map((_, index) => words.slice(index, index + shingleWords).join(' ')));
}
