import { type Conversation, type RawConversation, toConversation } from '../../conversation/index.js';
import type { Source } from '../../core/index.js';
import { type CleanReport, inBatches, loadLanguageDetector, ShareGPTCleaner } from '../../data/index.js';
import { Samples } from '../tally/samples.js';
import type { DatasetSettings, SummarizeDatasetOptions } from './config.js';
import { ContextTally } from './context-tally.js';
import { excerptOf, type LeftOut, type LeftOutReason, leftOutReasons } from './left-out.js';
import type { DatasetSummary } from './summary.js';
import { SupervisionTally } from './supervision-tally.js';
import { TextTally } from './text-tally.js';

// Enough for the tokenizer to keep every core busy, little enough that memory stays bounded.
const batchLimits = { maxConversations: 32, maxCharacters: 512 * 1024 };
const frequentTexts = 12;

/** Sends conversations through every stage on the way to training, and keeps numbers and a few examples of each. */
export async function* surveyOf(
  records: Source<RawConversation | Conversation>,
  settings: DatasetSettings,
  { tokenizer, onProgress }: SummarizeDatasetOptions,
  signal: AbortSignal,
): AsyncGenerator<never, DatasetSummary, undefined> {
  const samples = new Samples<LeftOutReason, LeftOut>(settings.examples, settings.seed);
  const sample = (leftOut: Omit<LeftOut, 'excerpt'>, of: RawConversation | Conversation) =>
    samples.offer(leftOut.reason, () => ({ ...leftOut, excerpt: excerptOf(of) }));
  const texts = new TextTally(tokenizer, await loadLanguageDetector());
  const contexts = [...new Set([...settings.contextLengths, settings.maxTokens])]
    .sort((one, other) => one - other)
    .map((maxTokens) => new ContextTally(maxTokens, settings, tokenizer));
  const supervision = new SupervisionTally(settings, tokenizer);

  let report: CleanReport | undefined;
  async function* cleaned(): AsyncGenerator<Conversation, void, undefined> {
    if (settings.cleaning === false) {
      for await (const record of records) yield 'turns' in record ? toConversation(record) : record;
      return;
    }
    // The cleaner takes one record at a time, so the last one it took is the one it speaks of.
    let record: RawConversation | Conversation;
    async function* watched() {
      for await (record of records) yield record;
    }
    const cleaner = await ShareGPTCleaner.create(settings.cleaning);
    const run = cleaner.clean(watched(), { signal, onReject: (reject) => sample(reject, record) });
    yield* run;
    report = await run.result;
  }

  for await (const conversations of inBatches(cleaned(), batchLimits)) {
    signal.throwIfAborted();
    await texts.add(conversations);
    for (const context of contexts) {
      const cuts = await context.add(conversations);
      if (context.maxTokens !== settings.maxTokens) continue;
      for (const [index, { tally }] of cuts.entries()) {
        const reason = tally.rejected['no-reply'] > 0 ? 'no-reply' : 'not-alternating';
        if (tally.rejected[reason] === 0) continue;
        const { id } = conversations[index]!;
        sample({ id, reason, detail: details[reason] }, conversations[index]!);
      }
      const segments = cuts.flatMap((cut) => cut.segments.map(({ segment }) => segment));
      for (const rejection of await supervision.add(segments))
        sample(rejection, segments.find(({ id }) => id === rejection.id)!);
    }
    onProgress?.({ phase: 'summarize', done: texts.conversations.count });
  }
  const { maxTokens, longRound, batchConversations, epochs, seed, template } = settings;
  return {
    settings: { template: template.name, maxTokens, longRound, batchConversations, epochs, seed },
    cleaning: report,
    leftOut: leftOutReasons.flatMap((reason) => samples.of(reason)),
    conversations: texts.conversations.count,
    turns: texts.turns.distribution(),
    tokens: {
      questions: texts.questions.distribution(),
      replies: texts.replies.distribution(),
      conversations: texts.conversations.distribution(),
      segments: supervision.segments.distribution(),
    },
    languages: texts.languages.shares(),
    supervision: supervision.summary(),
    contexts: contexts.map((context) => context.summary()),
    frequentQuestions: texts.frequentQuestions.top(frequentTexts),
    frequentOpenings: texts.frequentOpenings.top(frequentTexts),
  };
}

const details = {
  'no-reply': 'nobody replied, or nothing stands before the reply',
  'not-alternating': 'user and assistant do not take turns',
} as const;
