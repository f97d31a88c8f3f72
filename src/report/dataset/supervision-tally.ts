import type { Conversation } from '../../conversation/index.js';
import { type SupervisionRejection, type SupervisionReport, superviseConversations } from '../../data/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import { Histogram } from '../tally/histogram.js';
import type { DatasetSettings } from './config.js';
import type { SupervisionSummary } from './summary.js';

/** What is learned of segments. */
export class SupervisionTally {
  readonly segments = new Histogram();
  readonly #config: Pick<DatasetSettings, 'template' | 'maxTokens'>;
  readonly #tokenizer: Tokenizer;
  readonly #shares = Array.from({ length: 10 }, () => 0);
  readonly #total = {
    conversations: 0,
    examples: 0,
    truncated: 0,
    tokens: 0,
    supervisedTokens: 0,
    withSpecialTokenText: 0,
  };
  readonly #rejected: { -readonly [Reason in keyof SupervisionReport['rejected']]: number } = {
    'nothing-to-learn': 0,
    'too-long': 0,
    malformed: 0,
  };

  constructor({ template, maxTokens }: DatasetSettings, tokenizer: Tokenizer) {
    this.#config = { template, maxTokens };
    this.#tokenizer = tokenizer;
  }

  /** @returns those that nothing can be learned of. */
  async add(segments: readonly Conversation[]): Promise<readonly SupervisionRejection[]> {
    const run = superviseConversations(segments, this.#config, { tokenizer: this.#tokenizer });
    for await (const { tokens, supervisedTokens } of run) {
      this.segments.add(tokens.length);
      this.#shares[Math.min(9, Math.ceil((10 * supervisedTokens) / tokens.length) - 1)]!++;
    }
    const { rejected, rejections, ...counts } = await run.result;
    for (const field of Object.keys(counts) as (keyof typeof counts)[]) this.#total[field] += counts[field];
    for (const reason of Object.keys(rejected) as (keyof typeof rejected)[]) this.#rejected[reason] += rejected[reason];
    return rejections;
  }

  summary(): SupervisionSummary {
    const { tokens, supervisedTokens } = this.#total;
    return {
      ...this.#total,
      rejected: { ...this.#rejected },
      share: tokens === 0 ? 0 : supervisedTokens / tokens,
      shares: [...this.#shares],
    };
  }
}
