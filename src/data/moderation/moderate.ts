import type { Conversation, ModerationVerdict } from '../../conversation/index.js';
import {
  type CallOptions,
  mapInOrder,
  parseConfig,
  type Run,
  type Source,
  startRun,
  VicunaError,
} from '../../core/index.js';
import { inBatches } from '../batches.js';
import {
  type ModerationSettings,
  type ModerationStageConfig,
  moderationStageSchema,
  type TextJudge,
} from './config.js';
import { KnownVerdicts } from './known-verdicts.js';

/** A conversation that was left out for what it says. @public */
export interface ModerationReject {
  /** Id of the conversation. */
  readonly id: string;
  /** `flagged`, or `not-judged` where the judge failed and `onFailure` is `'reject'`. */
  readonly reason: 'flagged' | 'not-judged';
  /** What its messages were flagged for, each category once; empty where it was not judged. */
  readonly categories: readonly string[];
  /** Number of the first flagged message, from 0; absent where it was not judged. */
  readonly message?: number;
}

/** What became of the conversations. @public */
export interface ModerationReport {
  /** Conversations that were read. */
  readonly conversations: number;
  /** Conversations that went on. */
  readonly kept: number;
  /** Conversations left out because a message was flagged. */
  readonly flagged: number;
  /** Conversations whose judgment failed, kept or not. */
  readonly notJudged: number;
  /** Flagged conversations by category; one may have several. */
  readonly byCategory: Readonly<Record<string, number>>;
  /** Texts that the judge was asked about. */
  readonly judgedTexts: number;
  /** Texts whose verdict was known: said before, in this run or in the cache file. */
  readonly knownTexts: number;
}

/** What a moderation run works with. @public */
export interface ModerationStageOptions extends CallOptions {
  /** Judges the texts. */
  readonly judge: TextJudge;
  /** JSON Lines file that keeps verdicts from run to run, of this judge alone. @defaultValue they are kept for the run */
  readonly cache?: string | undefined;
  /** Told of every conversation that is left out, in their order. */
  readonly onReject?: ((reject: ModerationReject) => void) | undefined;
}

/**
 * Leaves out conversations in which a message is flagged; the others come out in their order. Texts are judged in batches,
 * several side by side; one whose verdict is known is not asked about again, an empty one never.
 *
 * @example
 * ```ts
 * const judge = openaiModeration({});
 * const run = filterByModeration(cleaner.clean(logs), { categories: ['violence'] }, { judge, cache: 'verdicts.jsonl' });
 * await writeConversations('clean.jsonl', run).result;
 * console.log((await run.result).byCategory);
 * ```
 *
 * @throws ConfigError at once.
 * @throws DataError for a damaged cache file; what the judge throws, with `onFailure: 'stop'`.
 * @throws VicunaError `config-invalid` where the judge gives another number of verdicts than it was given texts.
 * @public
 */
export function filterByModeration(
  conversations: Source<Conversation>,
  config: ModerationStageConfig,
  { judge, cache, onReject, ...call }: ModerationStageOptions,
): Run<Conversation, ModerationReport> {
  const settings = parseConfig(moderationStageSchema, config, 'filterByModeration config');
  return startRun<Conversation, ModerationReport>(async function* (signal) {
    await using known = await KnownVerdicts.open(cache);
    const counts = { conversations: 0, kept: 0, flagged: 0, notJudged: 0, judgedTexts: 0, knownTexts: 0 };
    const byCategory: Record<string, number> = {};
    const limits = { maxConversations: settings.batchTexts, maxCharacters: 256 * 1024 };
    const judgeBatch = async (batch: readonly Conversation[], batchSignal: AbortSignal) => {
      const verdicts = await verdictsOn(batch, { judge, known, settings, signal: batchSignal, counts });
      return batch.map((conversation) => ({
        conversation,
        found: verdicts && finding(conversation, verdicts, known, settings),
      }));
    };
    const window = settings.concurrency;
    const judged = mapInOrder(inBatches(conversations, limits), judgeBatch, { window, signal });
    for await (const batch of judged) {
      for (const { conversation, found } of batch) {
        counts.conversations++;
        if (found === undefined) counts.notJudged++;
        else if (found.reason === 'flagged') {
          counts.flagged++;
          for (const category of found.categories) byCategory[category] = (byCategory[category] ?? 0) + 1;
        }
        const isKept = found === undefined ? settings.onFailure === 'keep' : found.reason === 'passed';
        if (isKept) {
          counts.kept++;
          yield conversation;
        } else {
          const { id } = conversation;
          if (found?.reason === 'flagged') onReject?.({ id, ...found });
          else onReject?.({ id, reason: 'not-judged', categories: [] });
        }
        call.onProgress?.({ phase: 'moderate', done: counts.conversations });
      }
    }
    return { ...counts, byCategory };
  }, call);
}

interface Judging {
  readonly judge: TextJudge;
  readonly known: KnownVerdicts;
  readonly settings: ModerationSettings;
  readonly signal: AbortSignal;
  readonly counts: { judgedTexts: number; knownTexts: number };
}

/** Verdicts by the key of their text, or `undefined` where the judge failed and that is to be borne. */
async function verdictsOn(
  batch: readonly Conversation[],
  { judge, known, settings, signal, counts }: Judging,
): Promise<ReadonlyMap<string, ModerationVerdict> | undefined> {
  const verdicts = new Map<string, ModerationVerdict>();
  const unknown = new Map<string, string>();
  for (const text of batch.flatMap((conversation) => textsOf(conversation, settings))) {
    const key = known.keyOf(text);
    if (verdicts.has(key) || unknown.has(key)) {
      counts.knownTexts++;
      continue;
    }
    const verdict = await known.get(key);
    if (verdict === undefined) unknown.set(key, text);
    else {
      counts.knownTexts++;
      verdicts.set(key, verdict);
    }
  }
  const waiting = [...unknown];
  try {
    for (let first = 0; first < waiting.length; first += settings.batchTexts) {
      signal.throwIfAborted();
      const asked = waiting.slice(first, first + settings.batchTexts);
      const found = await judge(
        asked.map(([, text]) => text),
        { signal },
      );
      if (found.length !== asked.length) throw wrongNumber(found.length, asked.length);
      counts.judgedTexts += asked.length;
      for (const [index, [key]] of asked.entries()) {
        const verdict = found[index] as ModerationVerdict;
        verdicts.set(key, verdict);
        await known.add(key, verdict);
      }
    }
    return verdicts;
  } catch (error) {
    signal.throwIfAborted();
    if (settings.onFailure === 'stop' || error instanceof WrongNumber) throw error;
    return undefined;
  }
}

function textsOf({ messages }: Conversation, { roles }: ModerationSettings): string[] {
  return messages.flatMap(({ role, content }) => (roles.includes(role) && content.trim() !== '' ? [content] : []));
}

type Finding =
  | { readonly reason: 'passed' }
  | { readonly reason: 'flagged'; readonly categories: readonly string[]; readonly message: number };

function finding(
  { messages }: Conversation,
  verdicts: ReadonlyMap<string, ModerationVerdict>,
  known: KnownVerdicts,
  settings: ModerationSettings,
): Finding {
  const categories = new Set<string>();
  let first: number | undefined;
  for (const [index, { role, content }] of messages.entries()) {
    const verdict = settings.roles.includes(role) ? verdicts.get(known.keyOf(content)) : undefined;
    if (verdict === undefined || !counts(verdict, settings)) continue;
    first ??= index;
    for (const category of verdict.categories)
      if (settings.categories?.includes(category) ?? true) categories.add(category);
  }
  return first === undefined
    ? { reason: 'passed' }
    : { reason: 'flagged', categories: [...categories], message: first };
}

function counts({ flagged, categories }: ModerationVerdict, settings: ModerationSettings): boolean {
  const wanted = settings.categories;
  return flagged && (wanted === undefined || categories.some((category) => wanted.includes(category)));
}

class WrongNumber extends VicunaError {}

function wrongNumber(verdicts: number, texts: number): VicunaError {
  return new WrongNumber(
    'config-invalid',
    `filterByModeration: the judge gave ${verdicts} verdicts on ${texts} texts. It has to give one for each, in their order.`,
  );
}
