import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Conversation } from '../../conversation/index.js';
import { type CallOptions, parseConfig, type Run, type Source, startRun } from '../../core/index.js';
import { ContaminationChecker } from './checker.js';
import { type ContaminationConfig, contaminationConfigSchema, type EvaluationText } from './config.js';
import {
  type ContaminatedOptions,
  type ContaminationHit,
  type ContaminationReport,
  ContaminationTally,
} from './report.js';

/** Work between two looks at timers and signals, in milliseconds. */
const patience = 20;

/**
 * Finds evaluation texts in training conversations: a model that has seen the questions of its test, or the references, is not measured
 * by it. Words in a row are compared, in any case and without punctuation (in scripts without spaces, characters), within one message;
 * other wordings of a question are not found.
 *
 * @example
 * ```ts
 * const texts = (await vicunaQuestions()).flatMap(({ id, turns, reference = [] }) => [
 *   ...turns.map((text) => ({ id, text })),
 *   ...reference.map((text) => ({ id, text, part: 'reference' })),
 * ]);
 * for await (const hit of findContamination(conversations, texts)) console.log(hit.conversationId, hit.evaluationId, hit.excerpt);
 * ```
 *
 * @returns one hit for each evaluation text in each message.
 * @throws ConfigError
 * @public
 */
export function findContamination(
  conversations: Source<Conversation>,
  texts: Iterable<EvaluationText>,
  config: ContaminationConfig = {},
  options: CallOptions = {},
): Run<ContaminationHit, ContaminationReport> {
  return checkAll(conversations, texts, config, options, (_, hits) => hits);
}

/**
 * Leaves out conversations that hold evaluation texts (see {@link findContamination}); the others pass through in their order.
 *
 * @throws ConfigError
 * @public
 */
export function removeContaminated(
  conversations: Source<Conversation>,
  texts: Iterable<EvaluationText>,
  config: ContaminationConfig = {},
  options: ContaminatedOptions = {},
): Run<Conversation, ContaminationReport> {
  return checkAll(conversations, texts, config, options, (conversation, hits) => {
    for (const hit of hits) options.onHit?.(hit);
    return hits.length === 0 ? [conversation] : [];
  });
}

/** The loop that both share. @param pass - what comes out for a conversation and its hits. */
function checkAll<Item>(
  conversations: Source<Conversation>,
  texts: Iterable<EvaluationText>,
  config: ContaminationConfig,
  options: CallOptions,
  pass: (conversation: Conversation, hits: readonly ContaminationHit[]) => readonly Item[],
): Run<Item, ContaminationReport> {
  const settings = parseConfig(contaminationConfigSchema, config, 'contamination config');
  return startRun<Item, ContaminationReport>(async function* (signal) {
    const checker = new ContaminationChecker(texts, settings);
    const tally = new ContaminationTally(checker.texts.map(({ id }) => id));
    let since = performance.now();
    for await (const conversation of conversations) {
      signal.throwIfAborted();
      const hits = checker.check(conversation);
      tally.add(hits);
      options.onProgress?.({ phase: 'check', done: tally.conversations });
      yield* pass(conversation, hits);
      // A source that is all in memory would otherwise keep the process deaf until it ends.
      if (performance.now() - since < patience) continue;
      await nextTurn();
      since = performance.now();
    }
    return tally.report(checker.texts.length, checker.withoutWords);
  }, options);
}
