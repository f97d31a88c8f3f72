import { type Bands, isBandKey, keyWords, writeKeys } from './bands.js';
import { BitSet } from './bit-set.js';
import { ExternalSorter } from './sort/external-sorter.js';

/** A document and the earlier ones that it may be a near-duplicate of, those found under the most keys first. */
export interface Candidates {
  readonly document: number;
  readonly earlier: readonly number[];
}

/**
 * Of the documents under one key, later ones are compared with so many of the first. More are found under one key only in
 * families of texts that are made from one form; without a bound, comparing them grows with their number squared.
 */
const mostListed = 64;
/** Words of a pair: the later document and the earlier. */
const pairWords = 2;
const pairBlock = pairWords * 4096;

/**
 * Finds pairs of documents with similar signatures, by locality-sensitive hashing: every signature is filed under one key a band, keys
 * are sorted, and documents under one key become pairs, which are sorted in turn. Both sorts keep to their share of the memory and go on in
 * temporary files; beyond that, two bits a document are held.
 *
 * Used in two steps: `add` every document in order, then `candidates` once. Where signatures were made (on which thread) is all the
 * same to it.
 */
export class CandidateIndex implements AsyncDisposable {
  readonly #bands: Bands;
  readonly #keys: ExternalSorter;
  readonly #pairs: ExternalSorter;
  readonly #record: Uint32Array;
  /** Documents with the same signature as an earlier one. Others are not compared with them: that one will do. */
  readonly #copies = new BitSet();
  #documents = 0;
  #crowdedKeys = 0;

  /** @param options - the memory of both sorts together, and where temporary files go. */
  constructor(
    bands: Bands,
    { memoryBytes, directory }: { readonly memoryBytes: number; readonly directory?: string | undefined },
  ) {
    this.#bands = bands;
    this.#record = new Uint32Array(keyWords(bands));
    this.#keys = new ExternalSorter({ width: 3, memoryBytes: memoryBytes / 2, directory });
    this.#pairs = new ExternalSorter({ width: pairWords, memoryBytes: memoryBytes / 2, directory });
  }

  /** Keys with more documents under them than are all compared with each other. */
  get crowdedKeys(): number {
    return this.#crowdedKeys;
  }

  get spilledBytes(): number {
    return this.#keys.spilledBytes + this.#pairs.spilledBytes;
  }

  /** Adds the next document. @param signature - `undefined` for one that is like no other. */
  async add(signature: Uint32Array | undefined): Promise<void> {
    const document = this.#documents++;
    if (signature === undefined) return;
    writeKeys(signature, this.#bands, document, this.#record);
    await this.#keys.add(this.#record);
  }

  /** Documents in order, those without candidates left out. */
  async *candidates(signal: AbortSignal): AsyncGenerator<Candidates, void, undefined> {
    await this.#pairUp(signal);
    let document = -1;
    let counts = new Map<number, number>();
    for await (const block of this.#pairs.sorted(signal))
      for (let at = 0; at < block.length; at += pairWords) {
        const later = block[at]!;
        const earlier = block[at + 1]!;
        if (later !== document) {
          if (counts.size > 0) yield { document, earlier: mostCounted(counts) };
          document = later;
          counts = new Map();
        }
        counts.set(earlier, (counts.get(earlier) ?? 0) + 1);
      }
    if (counts.size > 0) yield { document, earlier: mostCounted(counts) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#keys[Symbol.asyncDispose]();
    await this.#pairs[Symbol.asyncDispose]();
  }

  async #pairUp(signal: AbortSignal): Promise<void> {
    const pairs = new Uint32Array(pairBlock);
    let length = 0;
    const listed: number[] = [];
    let [high, low, crowded] = [-1, -1, false];
    for await (const block of this.#keys.sorted(signal))
      for (let at = 0; at < block.length; at += 3) {
        const document = block[at + 2]!;
        if (block[at] !== high || block[at + 1] !== low) {
          [high, low, crowded] = [block[at]!, block[at + 1]!, false];
          listed.length = 0;
        }
        for (const earlier of listed) {
          pairs[length++] = document;
          pairs[length++] = earlier;
          if (length < pairBlock) continue;
          await this.#pairs.add(pairs);
          length = 0;
        }
        if (!isBandKey(high)) {
          if (listed.length > 0) this.#copies.add(document);
          else listed.push(document);
        } else if (!this.#copies.has(document)) {
          if (listed.length < mostListed) listed.push(document);
          else if (!crowded) {
            crowded = true;
            this.#crowdedKeys++;
          }
        }
      }
    await this.#pairs.add(pairs.subarray(0, length));
    await this.#keys[Symbol.asyncDispose]();
  }
}

/** Documents by how many keys they share, which grows with their similarity; of equals the earliest first. */
function mostCounted(counts: ReadonlyMap<number, number>): number[] {
  return [...counts].sort(([one, count], [other, more]) => more - count || one - other).map(([document]) => document);
}
