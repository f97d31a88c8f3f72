import type { ConversationPrint, KnownConversations } from './duplicates.js';
import type { RejectReason } from './report.js';

/** Why a whole conversation is left out, and what was found. */
export type Objection = readonly [reason: RejectReason, detail: string];

/** What the rules say of one conversation whatever comes before it; they are asked in FastChat's order, duplicates in between. */
export interface OwnObjections {
  /** Asked before its text is compared with others. */
  readonly plugins: Objection | undefined;
  /** Asked of what is no duplicate. */
  readonly filters: () => Objection | undefined;
}

/** Decides about a conversation where those before it are known, and makes it known in turn. */
export function settle(
  print: ConversationPrint,
  known: KnownConversations,
  { plugins, filters }: OwnObjections,
): Objection | undefined {
  if (known.hasId(print.id)) return ['duplicate-id', `an earlier conversation has the id ${JSON.stringify(print.id)}`];
  if (plugins !== undefined) return plugins;
  const original = known.add(print);
  if (original !== undefined)
    return ['duplicate-text', `${JSON.stringify(original)} begins with the same question and reply`];
  return filters();
}
