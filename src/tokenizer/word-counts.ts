import { toByteLevel } from './byte-level.js';

// The split of GPT-2, which the native byte-level pre-tokenizer applies too: contractions, then runs of letters, of
// digits and of other signs with at most one space in front, then white space. `\s` would not do: JavaScript's and
// Unicode's white space differ.
const wordPattern =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Counts the words of many texts, as the tokenizer will cut them. */
export class WordCounts {
  readonly #counts = new Map<string, number>();

  add(text: string): void {
    for (const [word] of text.matchAll(wordPattern)) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
  }

  /** Distinct words seen. */
  get size(): number {
    return this.#counts.size;
  }

  /** Each word spelled in the byte-level alphabet, and how often it came. */
  *spelled(): Generator<[word: string, count: number]> {
    for (const [word, count] of this.#counts) yield [toByteLevel(word), count];
  }
}
