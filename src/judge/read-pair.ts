import { readScores, readVerdict } from './reading/index.js';
import type { AnswerOrder, PairOutcome, ParsedReply, UnparsedReply } from './types.js';

/** Reads a reply about two answers and says it of a and b instead of first and second. */
export function readPairReply(
  mode: 'scores' | 'verdict',
  order: AnswerOrder,
  text: string,
): ParsedReply | UnparsedReply {
  if (mode === 'verdict') {
    const reading = readVerdict(text);
    if (reading.kind === 'unparsed') return reading;
    const { verdict, explanation } = reading;
    return { kind: 'parsed', outcome: verdict === 'tie' ? 'tie' : shownIn(order, verdict), explanation };
  }
  const reading = readScores(text);
  if (reading.kind === 'unparsed') return reading;
  const { first, second, explanation } = reading;
  const scores = order === 'ab' ? { a: first, b: second } : { a: second, b: first };
  return { kind: 'parsed', outcome: outcomeOf(scores), scores, explanation };
}

/** The higher score wins. @internal */
export function outcomeOf({ a, b }: { readonly a: number; readonly b: number }): PairOutcome {
  if (a === b) return 'tie';
  return a > b ? 'a' : 'b';
}

function shownIn(order: AnswerOrder, place: 'first' | 'second'): 'a' | 'b' {
  return (order === 'ab') === (place === 'first') ? 'a' : 'b';
}
