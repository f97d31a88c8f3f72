import { MergeQueue, type PairCount } from './merge-queue.js';

/** One learned merge: two tokens that become one. */
export interface Merge {
  readonly left: string;
  readonly right: string;
  /** How often the two stood side by side. */
  readonly count: number;
}

/**
 * Byte-pair encoding (Sennrich et al. 2016): merges the most frequent neighbours, again and again. Deterministic: of
 * equal counts the lower ids go first.
 *
 * The native package has a trainer too, but from Node it takes no vocabulary size, reads files only, and blocks the event
 * loop. The merges here are the ones it finds.
 *
 * @param words - distinct words, spelled in tokens of one character, with how often each came.
 * @param vocabulary - every one-character token and its id; tokens are added to it as they are made.
 * @param minimumCount - pairs rarer than this are not merged; at least 1.
 * @param reserved - texts that no merge may make: those of special tokens.
 */
export function* learnMerges(
  words: Iterable<readonly [word: string, count: number]>,
  vocabulary: Map<string, number>,
  minimumCount: number,
  reserved: ReadonlySet<string>,
): Generator<Merge, void, undefined> {
  const textOf = new Map([...vocabulary].map(([text, id]) => [id, text]));
  const pairs = new PairIndex();
  for (const [word, count] of words)
    pairs.addWord({ tokens: Array.from(word, (char) => vocabulary.get(char)!), count });
  pairs.enqueueAll();
  for (;;) {
    const pair = pairs.popMostFrequent();
    if (pair === undefined || pair.count < minimumCount) return;
    const left = textOf.get(pair.left)!;
    const right = textOf.get(pair.right)!;
    if (reserved.has(left + right)) {
      pairs.discard(pair);
      continue;
    }
    // The same text may come about in two ways (`ab` + `c`, `a` + `bc`): two merges, one token.
    const merged = vocabulary.get(left + right) ?? vocabulary.size;
    vocabulary.set(left + right, merged);
    textOf.set(merged, left + right);
    pairs.merge(pair, merged);
    yield { left, right, count: pair.count };
  }
}

interface Word {
  readonly tokens: number[];
  readonly count: number;
}

/** Which pairs there are, how often, and in which words. */
class PairIndex {
  readonly #queue = new MergeQueue();
  readonly #counts = new Map<number, number>();
  readonly #wordsWith = new Map<number, Set<Word>>();

  addWord(word: Word): void {
    for (let index = 1; index < word.tokens.length; index++)
      this.#add(word, word.tokens[index - 1]!, word.tokens[index]!);
  }

  enqueueAll(): void {
    for (const key of this.#counts.keys()) this.#enqueue(key);
  }

  /** Counts change while pairs wait in the queue: one whose count is stale goes back with the count it has now. */
  popMostFrequent(): PairCount | undefined {
    for (let pair = this.#queue.pop(); pair !== undefined; pair = this.#queue.pop()) {
      const key = toKey(pair.left, pair.right);
      if (this.#counts.get(key) === pair.count) return pair;
      this.#enqueue(key);
    }
    return undefined;
  }

  merge({ left, right }: PairCount, merged: number): void {
    const key = toKey(left, right);
    const grown = new Set<number>();
    for (const word of this.#wordsWith.get(key) ?? []) this.#mergeIn(word, left, right, merged, grown);
    this.#wordsWith.delete(key);
    this.#counts.delete(key);
    for (const pair of grown) this.#enqueue(pair);
  }

  discard({ left, right }: PairCount): void {
    this.#counts.delete(toKey(left, right));
  }

  #mergeIn(word: Word, left: number, right: number, merged: number, grown: Set<number>): void {
    const { tokens } = word;
    for (let index = 0; index + 1 < tokens.length; index++) {
      if (tokens[index] !== left || tokens[index + 1] !== right) continue;
      const before = tokens[index - 1];
      const after = tokens[index + 2];
      tokens.splice(index, 2, merged);
      if (before !== undefined) {
        this.#remove(word, before, left);
        grown.add(this.#add(word, before, merged));
      }
      if (after !== undefined) {
        this.#remove(word, right, after);
        grown.add(this.#add(word, merged, after));
      }
    }
  }

  #add(word: Word, left: number, right: number): number {
    const key = toKey(left, right);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + word.count);
    const words = this.#wordsWith.get(key);
    if (words === undefined) this.#wordsWith.set(key, new Set([word]));
    else words.add(word);
    return key;
  }

  // The word stays listed under a pair it no longer has: looking there again finds nothing, and costs less than a search.
  #remove(word: Word, left: number, right: number): void {
    const key = toKey(left, right);
    const count = this.#counts.get(key);
    if (count !== undefined) this.#counts.set(key, count - word.count);
  }

  #enqueue(key: number): void {
    const count = this.#counts.get(key) ?? 0;
    if (count > 0) this.#queue.push({ ...fromKey(key), count });
  }
}

// A pair as one number: ids stay far below 2^26.
const BASE = 2 ** 26;
const toKey = (left: number, right: number): number => left * BASE + right;
const fromKey = (key: number) => ({ left: Math.floor(key / BASE), right: key % BASE });
