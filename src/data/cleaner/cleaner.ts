import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Conversation, RawConversation } from '../../conversation/index.js';
import { type CallOptions, parseConfig, type Resolved, type Run, type Source, startRun } from '../../core/index.js';
import { wordFinder } from './blocked-words.js';
import { cleanerConfigSchema, type ShareGPTCleanerConfig } from './config.js';
import { decide, type TurnRules } from './decide.js';
import { type ConversationPrint, KnownConversations, printOf } from './duplicates.js';
import { createLanguageJudge, type LanguageJudge } from './language.js';
import { restartedList } from './list-numbering.js';
import { repeatedUnit } from './repetition.js';
import { type CleanReport, type CleanResult, CleanTally, type Reject } from './report.js';
import { type Objection, type OwnObjections, settle } from './settle.js';

/** What a cleaning run accepts beside its records. @public */
export interface CleanOptions extends CallOptions {
  /** Told of every conversation that is left out. */
  readonly onReject?: ((reject: Reject) => void) | undefined;
}

/** What can be said of a conversation before others are looked at. */
export type Examination =
  | { readonly kept: false; readonly reject: Reject }
  | {
      readonly kept: true;
      readonly conversation: Conversation;
      readonly print: ConversationPrint;
      readonly plugins: Objection | undefined;
      readonly filters: Objection | undefined;
    };

/** Work between two looks at timers and signals, in milliseconds. */
const patience = 20;

/**
 * Turns chat logs into training data: decides which conversations to keep, and makes clean markdown of the ones it does.
 *
 * Made for what ShareGPT holds and saved chat pages show (see {@link htmlToMarkdown}), it takes markdown conversations
 * just as well. With the default configuration it keeps the very conversations that FastChat's `clean_sharegpt` keeps.
 *
 * @example
 * ```ts
 * const cleaner = await ShareGPTCleaner.create({ languages: { keep: ['en'] } });
 * const run = cleaner.clean(readConversations('sharegpt_html.json'), { onReject: ({ id, detail }) => console.log(id, detail) });
 * for await (const conversation of run) console.log(conversation.id);
 * console.log((await run.result).rejected);
 * ```
 *
 * @public
 */
export class ShareGPTCleaner {
  readonly #config: Resolved<ShareGPTCleanerConfig>;
  readonly #rules: TurnRules;
  readonly #languages: LanguageJudge | undefined;

  private constructor(config: Resolved<ShareGPTCleanerConfig>, languages: LanguageJudge | undefined) {
    this.#config = config;
    const { blockedWords, blockedReplies, minimumCharacters } = config;
    this.#rules = { findBlockedWord: wordFinder(blockedWords), blockedReplies, minimumCharacters };
    this.#languages = languages;
  }

  /**
   * Loads the language detector where `languages` asks for it.
   *
   * @throws ConfigError where a setting is wrong or a language cannot be told.
   */
  static async create(config: ShareGPTCleanerConfig = {}): Promise<ShareGPTCleaner> {
    const settings = parseConfig(cleanerConfigSchema, config, 'ShareGPTCleaner config');
    return new ShareGPTCleaner(settings, await createLanguageJudge(settings.languages));
  }

  /** Cleans conversations one by one, in their order. Duplicates are those of earlier ones in the same run that came as far. */
  clean(records: Source<RawConversation | Conversation>, options: CleanOptions = {}): Run<Conversation, CleanReport> {
    const judge = (record: RawConversation, known: KnownConversations) => this.#judge(record, known);
    return startRun<Conversation, CleanReport>(async function* (signal) {
      const tally = new CleanTally();
      const known = new KnownConversations();
      let since = performance.now();
      for await (const record of records) {
        signal.throwIfAborted();
        const raw = toRaw(record);
        tally.addRead(raw.turns);
        const result = judge(raw, known);
        if (result.kept) {
          tally.addKept(result.conversation, raw.turns.length);
          yield result.conversation;
        } else {
          tally.addReject(result.reject.reason);
          options.onReject?.(result.reject);
        }
        options.onProgress?.({ phase: 'clean', done: tally.read });
        // A source that is all in memory would otherwise keep the process deaf until it ends.
        if (performance.now() - since < patience) continue;
        await nextTurn();
        since = performance.now();
      }
      return tally.report();
    }, options);
  }

  /** Cleans one conversation by itself: all rules but those on duplicates. */
  cleanOne(record: RawConversation | Conversation): CleanResult {
    return this.#judge(toRaw(record), undefined);
  }

  /** All that {@link ShareGPTCleaner.clean} finds out about one conversation by itself, for it to be settled in its turn. @internal */
  examine(raw: RawConversation): Examination {
    const result = decide(raw, this.#rules);
    if (!result.kept) return result;
    const { conversation } = result;
    const { plugins, filters } = this.#ownObjections(raw, conversation);
    return {
      kept: true,
      conversation,
      print: printOf(conversation),
      plugins,
      filters: plugins ? undefined : filters(),
    };
  }

  #judge(raw: RawConversation, known: KnownConversations | undefined): CleanResult {
    const result = decide(raw, this.#rules);
    if (!result.kept) return result;
    const { conversation } = result;
    const own = this.#ownObjections(raw, conversation);
    const objection = known === undefined ? (own.plugins ?? own.filters()) : settle(printOf(conversation), known, own);
    if (objection === undefined) return result;
    const [reason, detail] = objection;
    return { kept: false, reject: { id: raw.id, reason, detail, location: raw.location } };
  }

  /** The rules on whole conversations, in FastChat's order; its separate filters come last. */
  #ownObjections(raw: RawConversation, conversation: Conversation): OwnObjections {
    const usesPlugin = raw.plugins !== undefined && raw.plugins !== null;
    return {
      plugins: usesPlugin ? ['uses-plugin', 'its replies came with plugins'] : undefined,
      filters: () => this.#filter(conversation),
    };
  }

  #filter(conversation: Conversation): Objection | undefined {
    const language = this.#languages?.objection(conversation);
    if (language !== undefined) return ['language', language];
    const replies = conversation.messages.filter(({ role }) => role === 'assistant');
    for (const { content } of this.#config.rejectWrongListNumbering ? replies : []) {
      const line = restartedList(content);
      if (line !== undefined) return ['wrong-list-numbering', `a list starts over at ${JSON.stringify(clip(line))}`];
    }
    for (const { content } of this.#config.rejectRepetition ? replies : []) {
      const unit = repeatedUnit(content);
      if (unit !== undefined) return ['repetition', `a reply goes on repeating ${JSON.stringify(clip(unit))}`];
    }
    return undefined;
  }
}

/** A conversation with roles is a raw one in OpenAI's words and in markdown. */
function toRaw(record: RawConversation | Conversation): RawConversation {
  if ('turns' in record) return record;
  const { id, messages, metadata } = record;
  const turns = messages.map(({ role, content }) => ({ from: role, value: content }));
  return { id, turns, format: 'markdown', metadata };
}

const clip = (text: string): string => (text.length <= 60 ? text : `${text.slice(0, 59)}…`);
