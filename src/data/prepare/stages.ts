import { type Conversation, type RawConversation, readRecord, type SkippedRecord } from '../../conversation/index.js';
import { isFaithful, loadTokenizer, specialTokenPattern, type Tokenizer } from '../../tokenizer/index.js';
import { type Examination, ShareGPTCleaner } from '../cleaner/index.js';
import { encodeExample } from '../packing/record.js';
import { createScrubber, noPersonalData, type ScrubbedConversation, type Scrubber } from '../scrub/index.js';
import type { Cut } from '../segmenter/cut-conversation.js';
import { ConversationSegmenter } from '../segmenter/index.js';
import type { ResolvedSupervisionConfig } from '../supervised/config.js';
import type { SupervisionRejection } from '../supervised/index.js';
import { SupervisionTally } from '../supervised/report.js';
import { makeExample, type TokenizedConversation, tokenizeConversations } from '../supervised/tokenize.js';
import { ByteCollector } from './byte-collector.js';
import type { PrepareSettings } from './config.js';
import type { FoundRecord, Loss, Prepared, PreparedBatch, PreparedRecord, Product, RecordBatch } from './protocol.js';

type Kept = Extract<Examination, { readonly kept: true }>;

interface Examined {
  readonly raw: RawConversation;
  readonly found: Examination;
}

/**
 * All that can be done about a conversation without regard to others: reading, cleaning, cutting, tokenising. What comes
 * out depends on nothing else, so that any number of threads may share the work.
 */
export class Stages {
  readonly tokenizer: Tokenizer;
  readonly #settings: PrepareSettings;
  readonly #cleaner: ShareGPTCleaner;
  readonly #scrubber: Scrubber | undefined;
  readonly #segmenter: ConversationSegmenter;
  readonly #supervision: ResolvedSupervisionConfig;
  readonly #special: RegExp;

  private constructor(
    settings: PrepareSettings,
    cleaner: ShareGPTCleaner,
    segmenter: ConversationSegmenter,
    tokenizer: Tokenizer,
  ) {
    this.#settings = settings;
    this.#cleaner = cleaner;
    this.#scrubber = settings.scrub && createScrubber(settings.scrub);
    this.#segmenter = segmenter;
    this.tokenizer = tokenizer;
    const { template, maxTokens } = settings.segmenter;
    this.#supervision = { template, maxTokens, tooLong: 'truncate' };
    this.#special = specialTokenPattern(tokenizer.specialTokens.keys());
  }

  /** @throws TokenizerError, ConfigError where the template is not the tokenizer's. */
  static async create(settings: PrepareSettings): Promise<Stages> {
    const tokenizer = await loadTokenizer(settings.tokenizer);
    const { compat, longRound, ...size } = settings.segmenter;
    const policy = compat === undefined ? { longRound } : { compat };
    const segmenter = await ConversationSegmenter.create({ ...size, ...policy }, { tokenizer });
    return new Stages(settings, await ShareGPTCleaner.create(settings.cleaner), segmenter, tokenizer);
  }

  async prepare({ bytes, records }: RecordBatch): Promise<PreparedBatch> {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    const read = records.map((record) => this.#read(record, buffer));
    const accepted = read.flatMap((record) =>
      'skipped' in record
        ? []
        : record.examined.flatMap(({ found }) => (found.kept && !found.plugins && !found.filters ? found : [])),
    );
    const collector = new ByteCollector();
    const products = await this.#produce(accepted, collector);
    const prepared = read.map((record): PreparedRecord => {
      if ('skipped' in record) return record;
      return { conversations: record.examined.map((examined) => preparedOf(examined, products)) };
    });
    return { bytes: collector.take(), records: prepared };
  }

  #read(
    record: FoundRecord,
    buffer: Buffer,
  ): { readonly skipped: SkippedRecord } | { readonly examined: readonly Examined[] } {
    const item =
      'type' in record
        ? record
        : ({
            type: 'record',
            value: buffer.subarray(record.start, record.end),
            location: record.location,
          } as const);
    const result = readRecord(item, this.#settings.read);
    if (!('items' in result)) return { skipped: result };
    const examined: Examined[] = [];
    for (const raw of result.items) examined.push({ raw, found: this.#cleaner.examine(raw) });
    return { examined };
  }

  /** Cuts and tokenises, all conversations side by side so that the tokenizer is called a few times only. */
  async #produce(accepted: readonly Kept[], into: ByteCollector): Promise<ReadonlyMap<Kept, Product>> {
    const scrubbed = accepted.map(({ conversation }) => this.#scrub(conversation));
    const cuts = await Promise.all(scrubbed.map(({ conversation }) => this.#segmenter.cut(conversation)));
    const segments = cuts.flatMap((cut) => cut.segments.map(({ segment }) => segment));
    const tokenized = (await tokenizeConversations(segments, this.#supervision, this.tokenizer)).values();
    const products = new Map<Kept, Product>();
    for (const [index, kept] of accepted.entries()) {
      const cut = cuts[index]!;
      const own = cut.segments.map(() => tokenized.next().value!);
      products.set(kept, this.#productOf(kept, scrubbed[index]!, cut, own, into));
    }
    return products;
  }

  #scrub(conversation: Conversation): ScrubbedConversation {
    return this.#scrubber?.scrubConversation(conversation) ?? { conversation, found: noPersonalData() };
  }

  #productOf(
    { conversation }: Kept,
    { conversation: scrubbed, found }: ScrubbedConversation,
    { segments, tally }: Cut,
    tokenized: readonly (TokenizedConversation | SupervisionRejection)[],
    into: ByteCollector,
  ): Product {
    const supervision = new SupervisionTally();
    const losses: Loss[] = segmentLosses(conversation.id, tally);
    const start = into.length;
    for (const of of tokenized) {
      const made = 'reason' in of ? of : makeExample(of, this.#supervision);
      if ('reason' in made) {
        supervision.reject(made);
        losses.push({ ...made, stage: 'tokenize' });
        continue;
      }
      const isPlain = 'rendered' in of && isFaithful(of.rendered, this.#special);
      supervision.keep(made.tokens.length, made.supervisedTokens, made.isTruncated, !isPlain);
      into.add(encodeExample(made));
    }
    const examples = { start, end: into.length };
    const lines = this.#settings.keepConversations ? segments.map(({ segment }) => `${JSON.stringify(segment)}\n`) : [];
    const { rejections: _, ...supervised } = supervision.report();
    return {
      messages: conversation.messages.length,
      characters: conversation.messages.reduce((sum, { content }) => sum + content.length, 0),
      examples,
      conversations: into.add(Buffer.from(lines.join(''))),
      scrubbed: {
        conversations: this.#scrubber === undefined ? 0 : 1,
        changed: scrubbed === conversation ? 0 : 1,
        found,
      },
      segmented: tally,
      supervised,
      losses,
    };
  }
}

function preparedOf({ raw, found }: Examined, products: ReadonlyMap<Kept, Product>): Prepared {
  const { turns, location } = raw;
  const characters = turns.reduce((sum, { value }) => sum + value.length, 0);
  if (!found.kept) return { turns: turns.length, characters, outcome: { reject: found.reject } };
  const { print, plugins, filters } = found;
  return {
    turns: turns.length,
    characters,
    outcome: { print, location, plugins, filters, product: products.get(found) },
  };
}

function segmentLosses(id: string, { rejected, droppedRounds, rounds }: Cut['tally']): Loss[] {
  const stage = 'segment';
  if (rejected['no-reply'] > 0) return [{ id, stage, reason: 'no-reply', detail: 'nobody replies in it' }];
  if (rejected['not-alternating'] > 0)
    return [{ id, stage, reason: 'not-alternating', detail: 'its speakers do not take turns' }];
  if (droppedRounds === 0) return [];
  return [{ id, stage, reason: 'dropped-rounds', detail: `${droppedRounds} of its ${rounds} rounds fit no segment` }];
}
