import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Conversation } from '../../conversation/index.js';
import { parseConfig, type Run, type Source, startRun } from '../../core/index.js';
import {
  memoryOf,
  type NearDuplicateConfig,
  type NearDuplicateOptions,
  type NearDuplicateReport,
  nearDuplicateConfigSchema,
} from './config.js';
import { NearDuplicateFilter } from './filter.js';
import { conversationSignature } from './signature.js';

/** Work between two looks at timers and signals, in milliseconds. */
const patience = 20;

/**
 * Leaves out conversations that are nearly the same as an earlier one; the others come out in their order, once the last has been
 * read.
 *
 * MinHash signatures of word shingles and locality-sensitive hashing propose pairs, whose Jaccard similarity is then counted: what is
 * left out is at least `threshold` like a conversation that stays, and of pairs that are, fewer than one in a hundred is missed (0.2 %
 * at the threshold with the defaults, fewer above it). The source is read once; conversations wait as JSON in `memoryBytes` of memory
 * and in temporary files. The result is the same whatever the memory and the platform.
 *
 * @example
 * ```ts
 * const run = removeNearDuplicates(cleaner.clean(logs), { threshold: 0.8 }, {
 *   onDuplicate: ({ id, duplicateOf, similarity }) => console.log(id, duplicateOf, similarity),
 * });
 * await writeConversations('unique.jsonl', run).result;
 * console.log((await run.result).duplicates);
 * ```
 *
 * @throws ConfigError
 * @throws DataError for a conversation that JSON cannot hold.
 * @throws VicunaError `file-unwritable` where temporary files have no room.
 * @public
 */
export function removeNearDuplicates(
  conversations: Source<Conversation>,
  config: NearDuplicateConfig = {},
  options: NearDuplicateOptions = {},
): Run<Conversation, NearDuplicateReport> {
  const settings = parseConfig(nearDuplicateConfigSchema, config, 'removeNearDuplicates config');
  const memory = memoryOf(options);
  return startRun<Conversation, NearDuplicateReport>(async function* (signal) {
    await using filter = new NearDuplicateFilter(settings, memory);
    let since = performance.now();
    const pause = async () => {
      signal.throwIfAborted();
      // What is all in memory would otherwise keep the process deaf until it ends.
      if (performance.now() - since < patience) return;
      await nextTurn();
      since = performance.now();
    };
    for await (const conversation of conversations) {
      await pause();
      await filter.add(conversation, conversationSignature(conversation, settings));
      options.onProgress?.({ phase: 'read', done: filter.size });
    }
    let decided = 0;
    for await (const decision of filter.decisions(signal)) {
      await pause();
      options.onProgress?.({ phase: 'compare', done: ++decided, total: filter.size });
      if (decision.kept) yield decision.conversation;
      else options.onDuplicate?.(decision.duplicate);
    }
    return filter.report();
  }, options);
}
