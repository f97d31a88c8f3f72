import type { Conversation } from '../../conversation/index.js';
import { type CallOptions, parseConfig, type Run, type Source, startRun } from '../../core/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import { inBatches } from '../batches.js';
import { assertTemplateFits } from '../template-check.js';
import { type ResolvedSegmenterConfig, type SegmenterConfig, segmenterConfigSchema } from './config.js';
import { type Cut, cutConversation } from './cut-conversation.js';
import { cutLikeFastChat } from './fastchat.js';
import { addTally, emptyTally, type SegmentReport } from './report.js';

// Conversations are cut side by side, so that the tokenizer's threads have work while one waits for its counts.
const batchLimits = { maxConversations: 16, maxCharacters: 512 * 1024 };

/**
 * Cuts conversations into segments that fit a model's context: whole rounds, as many as fit, counted on the tokens that
 * will be trained on. Every segment repeats the system message; nothing is lost that the report does not count.
 *
 * @example
 * ```ts
 * const segmenter = await ConversationSegmenter.create({ maxTokens: 2048 }, { tokenizer });
 * for await (const segment of segmenter.segment(conversations)) console.log(segment.id);
 * ```
 *
 * @public
 */
export class ConversationSegmenter {
  readonly #config: ResolvedSegmenterConfig;
  readonly #tokenizer: Tokenizer;

  private constructor(config: ResolvedSegmenterConfig, tokenizer: Tokenizer) {
    this.#config = config;
    this.#tokenizer = tokenizer;
  }

  /**
   * Checks the configuration against the tokenizer.
   *
   * @throws ConfigError where a setting is wrong or the template's control tokens are not the tokenizer's.
   */
  static async create(
    config: SegmenterConfig,
    { tokenizer }: { readonly tokenizer: Tokenizer },
  ): Promise<ConversationSegmenter> {
    const settings = parseConfig(segmenterConfigSchema, config, 'ConversationSegmenter config');
    assertTemplateFits(settings.template, tokenizer);
    return new ConversationSegmenter(settings, tokenizer);
  }

  /** Cuts one conversation. @internal */
  cut(conversation: Conversation): Promise<Cut> {
    return this.#config.compat === 'fastchat'
      ? cutLikeFastChat(conversation, this.#config.maxTokens, this.#tokenizer)
      : cutConversation(conversation, this.#config, this.#tokenizer);
  }

  /** Segments in the order of their conversations, with ids `<id>_<turn they start at>`; a further part of a split reply adds `_<part>`. */
  segment(conversations: Source<Conversation>, options: CallOptions = {}): Run<Conversation, SegmentReport> {
    const cut = (conversation: Conversation) => this.cut(conversation);
    return startRun<Conversation, SegmentReport>(async function* (signal) {
      const total = emptyTally();
      for await (const batch of inBatches(conversations, batchLimits)) {
        signal.throwIfAborted();
        for (const { segments, tally } of await Promise.all(batch.map(cut))) {
          addTally(total, tally);
          for (const { segment } of segments) yield segment;
          options.onProgress?.({ phase: 'segment', done: total.conversations });
        }
      }
      return total;
    }, options);
  }
}
