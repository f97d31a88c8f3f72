import type { Conversation } from '../../conversation/index.js';
import type { Resolved } from '../../core/index.js';
import { type Bands, bandsFor, missedAt } from './bands.js';
import { BitSet } from './bit-set.js';
import { CandidateIndex, type Candidates } from './candidate-index.js';
import type { NearDuplicate, NearDuplicateConfig, NearDuplicateReport } from './config.js';
import { ConversationStore } from './conversation-store.js';
import { ShingleCache } from './shingle-cache.js';
import { jaccard } from './shingles.js';
import { conversationShingles } from './signature.js';

/** What the filter says of a conversation, in the order they were added. */
export type Decision =
  | { readonly kept: true; readonly conversation: Conversation }
  | { readonly kept: false; readonly duplicate: NearDuplicate };

/** Kept candidates whose similarity to a conversation is counted at most, the likeliest first. */
const mostCompared = 32;

/**
 * Finds near-duplicates among any number of conversations. Add all of them with their signatures, in order, wherever those were made;
 * then ask for the decisions.
 *
 * In order, a conversation is left out if an earlier one that is kept is similar enough; so one that is like a duplicate but not like
 * its original stays, and nothing goes without something close to it being kept. The index only proposes whom to compare with: the
 * similarity is counted on the shingles themselves, which are made again of the stored conversation.
 */
export class NearDuplicateFilter implements AsyncDisposable {
  readonly #settings: Resolved<NearDuplicateConfig>;
  readonly #bands: Bands;
  readonly #store: ConversationStore;
  readonly #index: CandidateIndex;
  readonly #shingles: ShingleCache;
  readonly #removed = new BitSet();
  #withoutWords = 0;
  #duplicates = 0;
  #exactDuplicates = 0;
  #comparisons = 0;

  /** @param options - memory for all of it, and where temporary files go. */
  constructor(
    settings: Resolved<NearDuplicateConfig>,
    { memoryBytes, directory }: { readonly memoryBytes: number; readonly directory?: string | undefined },
  ) {
    this.#settings = settings;
    this.#bands = bandsFor(settings.permutations, settings.threshold)!;
    this.#store = new ConversationStore({ memoryBytes: memoryBytes / 4, directory });
    this.#index = new CandidateIndex(this.#bands, { memoryBytes: memoryBytes / 2, directory });
    this.#shingles = new ShingleCache(memoryBytes / 8, async (document) =>
      conversationShingles(await this.#store.read(document), this.#settings),
    );
  }

  /** Conversations added so far. */
  get size(): number {
    return this.#store.size;
  }

  /** @param signature - what `conversationSignature` makes of it. Await it before the next. */
  async add(conversation: Conversation, signature: Uint32Array | undefined): Promise<void> {
    if (signature === undefined) this.#withoutWords++;
    await this.#store.add(conversation);
    await this.#index.add(signature);
  }

  /** What becomes of each conversation, in order. To be asked for once, after the last was added. */
  async *decisions(signal: AbortSignal): AsyncGenerator<Decision, void, undefined> {
    const candidates = this.#index.candidates(signal);
    try {
      let next = await candidates.next();
      let index = 0;
      for await (const conversation of this.#store.inOrder()) {
        signal.throwIfAborted();
        const own = !next.done && next.value.document === index ? next.value : undefined;
        const duplicate = own && (await this.#original(conversation, own));
        if (own !== undefined) next = await candidates.next();
        yield duplicate === undefined ? { kept: true, conversation } : this.#remove(duplicate);
        index++;
      }
    } finally {
      await candidates.return();
    }
  }

  report(): NearDuplicateReport {
    return {
      conversations: this.#store.size,
      kept: this.#store.size - this.#duplicates,
      duplicates: this.#duplicates,
      exactDuplicates: this.#exactDuplicates,
      withoutWords: this.#withoutWords,
      comparisons: this.#comparisons,
      crowdedKeys: this.#index.crowdedKeys,
      ...this.#bands,
      missedAtThreshold: missedAt(this.#settings.threshold, this.#bands),
      spilledBytes: this.#store.spilledBytes + this.#index.spilledBytes,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#index[Symbol.asyncDispose]();
    await this.#store[Symbol.asyncDispose]();
  }

  #remove(duplicate: NearDuplicate): Decision {
    this.#removed.add(duplicate.index);
    this.#duplicates++;
    if (duplicate.similarity === 1) this.#exactDuplicates++;
    return { kept: false, duplicate };
  }

  /** The first of the likely ones that is similar enough. */
  async #original(conversation: Conversation, { document, earlier }: Candidates): Promise<NearDuplicate | undefined> {
    const kept = earlier.filter((candidate) => !this.#removed.has(candidate)).slice(0, mostCompared);
    if (kept.length === 0) return undefined;
    const shingles = conversationShingles(conversation, this.#settings);
    for (const candidate of kept) {
      this.#comparisons++;
      const similarity = jaccard(shingles, await this.#shingles.get(candidate));
      if (similarity < this.#settings.threshold) continue;
      const duplicateOf = (await this.#store.read(candidate)).id;
      return { id: conversation.id, duplicateOf, similarity, index: document, duplicateOfIndex: candidate };
    }
    return undefined;
  }
}
