import type { Answer, AnswerState, Conversation, Reply, Turn, VoteOutcome } from './conversation.js';

const states: readonly unknown[] = ['streaming', 'whole', 'length', 'filtered', 'stopped', 'failed'];
const outcomes: readonly unknown[] = ['a', 'b', 'tie', 'both-bad'];
const interrupted = { message: 'The page was left before this reply had ended. What came of it is kept.' };

type Fields = Record<string, unknown>;

/** What the storage holds, where it is a conversation; anything may be in there. */
export function readConversation(value: unknown): Conversation | undefined {
  if (!isObject(value) || !Array.isArray(value.turns)) return undefined;
  const { id, updatedAt, leaf } = value;
  if (typeof id !== 'string' || typeof updatedAt !== 'number') return undefined;
  const turns: Turn[] = [];
  const kinds = new Map<string, Turn['kind']>();
  for (const each of value.turns) {
    const turn = readTurn(each);
    if (turn === undefined || kinds.has(turn.id)) return undefined;
    const parentKind = turn.kind === 'reply' ? 'question' : turn.parent === undefined ? undefined : 'reply';
    if ((turn.parent === undefined ? undefined : kinds.get(turn.parent)) !== parentKind) return undefined;
    kinds.set(turn.id, turn.kind);
    turns.push(turn);
  }
  if (typeof leaf !== 'string' || !kinds.has(leaf)) return undefined;
  return { id, updatedAt, turns, leaf };
}

function readTurn(value: unknown): Turn | undefined {
  if (!isObject(value) || typeof value.id !== 'string') return undefined;
  const { id, parent, text } = value;
  if (value.kind === 'question') {
    if (typeof text !== 'string' || !(parent === undefined || typeof parent === 'string')) return undefined;
    return { kind: 'question', id, parent, text };
  }
  if (value.kind !== 'reply' || typeof parent !== 'string' || !Array.isArray(value.answers)) return undefined;
  const answers = value.answers.map(readAnswer);
  if (answers.includes(undefined) || answers.length < 1 || answers.length > 2) return undefined;
  const vote = outcomes.includes(value.vote) ? (value.vote as VoteOutcome) : undefined;
  return {
    kind: 'reply',
    id,
    parent,
    answers: answers as unknown as Reply['answers'],
    isBlind: value.isBlind === true,
    vote,
  };
}

function readAnswer(value: unknown): Answer | undefined {
  if (!isObject(value) || !states.includes(value.state)) return undefined;
  const { model, text, trouble } = value;
  if (typeof model !== 'string' || typeof text !== 'string') return undefined;
  if (value.state === 'streaming') return { model, text, state: 'failed', trouble: interrupted };
  const state = value.state as AnswerState;
  if (!isObject(trouble) || typeof trouble.message !== 'string') return { model, text, state };
  const traceId = typeof trouble.traceId === 'string' ? trouble.traceId : undefined;
  return { model, text, state, trouble: { message: trouble.message, traceId } };
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}
