import type { Conversation } from '../../conversation/index.js';
import { parseConfig, type Run, type Source, startRun } from '../../core/index.js';
import { isFaithful, specialTokenPattern } from '../../tokenizer/index.js';
import { inBatches } from '../batches.js';
import { assertTemplateFits } from '../template-check.js';
import { type SupervisionConfig, type SupervisionRuntime, supervisionConfigSchema } from './config.js';
import type { SupervisedExample } from './example.js';
import { type SupervisionReport, SupervisionTally } from './report.js';
import { makeExample, tokenizeConversations } from './tokenize.js';

// Enough for the tokenizer to keep every core busy, little enough that the first example comes soon.
const batchLimits = { maxConversations: 64, maxCharacters: 512 * 1024 };

/**
 * Makes examples to learn from: token ids, and labels on the assistant's replies and the token that ends each. Ids and
 * labels are those of FastChat's trainer wherever that one does not give a conversation up; they come from character
 * offsets, so they hold for any tokenizer and whatever a message says.
 *
 * A special token's letters in a message (`</s>`) stay ordinary text.
 *
 * @throws ConfigError where a setting is wrong or the template's control tokens are not the tokenizer's.
 * @public
 */
export function superviseConversations(
  conversations: Source<Conversation>,
  config: SupervisionConfig,
  runtime: SupervisionRuntime,
): Run<SupervisedExample, SupervisionReport> {
  const settings = parseConfig(supervisionConfigSchema, config, 'superviseConversations config');
  const { tokenizer, onProgress } = runtime;
  assertTemplateFits(settings.template, tokenizer);
  return startRun<SupervisedExample, SupervisionReport>(async function* (signal) {
    const special = specialTokenPattern(tokenizer.specialTokens.keys());
    const tally = new SupervisionTally();
    for await (const batch of inBatches(conversations, batchLimits)) {
      signal.throwIfAborted();
      for (const tokenized of await tokenizeConversations(batch, settings, tokenizer)) {
        const made = 'reason' in tokenized ? tokenized : makeExample(tokenized, settings);
        if ('reason' in made) tally.reject(made);
        else {
          const { isTruncated, ...example } = made;
          const isPlain = 'rendered' in tokenized && isFaithful(tokenized.rendered, special);
          tally.keep(example.tokens.length, example.supervisedTokens, isTruncated, !isPlain);
          yield example;
        }
        onProgress?.({ phase: 'tokenize', done: tally.conversations });
      }
    }
    return tally.report();
  }, runtime);
}
