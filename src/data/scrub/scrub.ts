import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Conversation } from '../../conversation/index.js';
import { type CallOptions, type Run, type Source, startRun } from '../../core/index.js';
import type { ScrubConfig } from './config.js';
import { type PersonalDataCounts, type PersonalDataKind, personalDataKinds } from './kinds.js';
import { createScrubber, noPersonalData } from './scrubber.js';

/** What was found, never the values. @public */
export interface ScrubReport {
  /** Conversations that were read. */
  readonly conversations: number;
  /** Conversations in which something was replaced. */
  readonly changed: number;
  /** What was replaced, by kind. */
  readonly found: PersonalDataCounts;
}

/** What a scrubbing run accepts beside its conversations and config. @public */
export interface ScrubOptions extends CallOptions {
  /** Told of every conversation that was changed, by its id and what was found in it. */
  readonly onFound?: ((found: { readonly id: string; readonly found: PersonalDataCounts }) => void) | undefined;
}

/** Work between two looks at timers and signals, in milliseconds. */
const patience = 20;

/**
 * Replaces personal data and secrets in conversations by placeholders such as `[e-mail]`, in their order. Reports say
 * what was found by kind; no value leaves the run in a report, an event or an error.
 *
 * Meant for cleaned conversations. It finds what has a form, not names or postal addresses of people.
 *
 * @throws ConfigError at once.
 *
 * @example
 * ```ts
 * const scrubbed = scrubPersonalData(cleaner.clean(logs), { keepDomains: ['our-company.com'] });
 * await writeConversations('clean.jsonl', scrubbed).result;
 * console.log((await scrubbed.result).found); // { 'e-mail': 12, phone: 3, … }
 * ```
 *
 * @public
 */
export function scrubPersonalData(
  conversations: Source<Conversation>,
  config: ScrubConfig = {},
  options: ScrubOptions = {},
): Run<Conversation, ScrubReport> {
  const scrubber = createScrubber(config);
  return startRun(async function* (signal) {
    const total = noPersonalData();
    let count = 0;
    let changed = 0;
    let since = performance.now();
    for await (const conversation of conversations) {
      signal.throwIfAborted();
      const { conversation: scrubbed, found } = scrubber.scrubConversation(conversation);
      count++;
      if (add(total, found) > 0) {
        changed++;
        options.onFound?.({ id: conversation.id, found });
      }
      yield scrubbed;
      options.onProgress?.({ phase: 'scrub', done: count });
      // A source that is all in memory would otherwise keep the process deaf until it ends.
      if (performance.now() - since < patience) continue;
      await nextTurn();
      since = performance.now();
    }
    return { conversations: count, changed, found: total };
  }, options);
}

function add(total: Record<PersonalDataKind, number>, found: PersonalDataCounts): number {
  let sum = 0;
  for (const kind of personalDataKinds) {
    total[kind] += found[kind];
    sum += found[kind];
  }
  return sum;
}
