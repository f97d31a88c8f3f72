import type { Conversation } from '../../conversation/index.js';
import { addTally, cutConversation, emptyTally, NumberList, packingConfigSchema, planEpoch } from '../../data/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import type { DatasetSettings } from './config.js';
import type { ContextSummary } from './summary.js';

/** What becomes of conversations at one length of context. Holds four bytes a segment. */
export class ContextTally {
  readonly maxTokens: number;
  readonly #settings: DatasetSettings;
  readonly #tokenizer: Tokenizer;
  readonly #report = emptyTally();
  readonly #lengths = new NumberList((length) => new Int32Array(length));

  constructor(maxTokens: number, settings: DatasetSettings, tokenizer: Tokenizer) {
    this.maxTokens = maxTokens;
    this.#settings = settings;
    this.#tokenizer = tokenizer;
  }

  /** @returns the segments of each conversation, and why one has none. */
  async add(conversations: readonly Conversation[]): Promise<Awaited<ReturnType<typeof cutConversation>>[]> {
    const { template, longRound } = this.#settings;
    const config = { maxTokens: this.maxTokens, template, longRound, compat: undefined };
    const cuts = await Promise.all(conversations.map((one) => cutConversation(one, config, this.#tokenizer)));
    for (const { segments, tally } of cuts) {
      addTally(this.#report, tally);
      for (const { tokens } of segments) this.#lengths.push(tokens);
    }
    return cuts;
  }

  /** Plans an epoch as training would, from the lengths alone. */
  summary(): ContextSummary {
    const { maxTokens } = this;
    const { batchConversations, seed } = this.#settings;
    const lengths = this.#lengths.values;
    const packing = packingConfigSchema.parse({ microBatchTokens: maxTokens, batchConversations, seed });
    const plan = planEpoch(lengths, packing, 0);
    const microBatches = plan.reduce((sum, step) => sum + step.length, 0);
    const { tokens, segments } = this.#report;
    const fill = (rows: number) => (rows === 0 ? 0 : tokens / (rows * maxTokens));
    return {
      ...this.#report,
      maxTokens,
      paddedFill: fill(segments),
      packedFill: fill(microBatches),
      microBatches,
      steps: plan.length,
    };
  }
}
