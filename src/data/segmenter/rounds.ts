import type { Conversation, Message } from '../../conversation/index.js';

/** A user's message and the assistant's reply. */
export interface Round {
  /** Where its user message stands in the conversation, the system message not counted. */
  readonly startTurn: number;
  readonly user: Message;
  readonly reply: Message;
}

/** A conversation as rounds. */
export interface Rounds {
  readonly system: Message | undefined;
  readonly rounds: readonly Round[];
  /** User messages at the end that nobody answered. */
  readonly unanswered: number;
}

/** Why a conversation cannot be cut into rounds: nobody replied, or the two sides do not take turns. @public */
export type SegmentRejectReason = 'no-reply' | 'not-alternating';

/** Reads a conversation as rounds, or says why it has none. */
export function toRounds({ messages, unfinished }: Conversation): Rounds | SegmentRejectReason {
  const system = messages[0]?.role === 'system' ? messages[0] : undefined;
  const turns = system === undefined ? messages : messages.slice(1);
  if (turns.some(({ role }, index) => role !== roleOfTurn(index))) return 'not-alternating';
  const unanswered = turns.length % 2;
  if (turns.length < 2 || (unanswered > 0 && unfinished)) return 'no-reply';
  const rounds: Round[] = [];
  for (let startTurn = 0; startTurn + 1 < turns.length; startTurn += 2)
    rounds.push({ startTurn, user: turns[startTurn]!, reply: turns[startTurn + 1]! });
  return { system, rounds, unanswered };
}

/** Who has to speak in a conversation of two. */
export function roleOfTurn(index: number): 'user' | 'assistant' {
  return index % 2 === 0 ? 'user' : 'assistant';
}
