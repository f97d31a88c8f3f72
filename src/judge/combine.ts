import type { OrderedReply, PairJudgment, ParsedReply } from './types.js';

/** What the orders come to together. */
export type Combined = Pick<PairJudgment, 'outcome' | 'scores' | 'positionBias'>;

/**
 * An outcome holds where every order says it; where two disagree it is a tie, whatever the scores, and the place is named
 * that was favoured. Scores are means over the orders. (The conservative rule of Zheng et al. 2023, section 3.4.)
 */
export function combineOrders(replies: readonly OrderedReply[]): Combined {
  const readings = replies.map(({ reading }) => reading);
  if (!readings.every((reading): reading is ParsedReply => reading.kind === 'parsed')) return { outcome: 'unparsed' };
  const [outcome] = new Set(readings.map((reading) => reading.outcome));
  const agree = readings.every((reading) => reading.outcome === outcome);
  const scores = meanScores(readings);
  return {
    outcome: agree ? outcome! : 'tie',
    ...(scores === undefined ? {} : { scores }),
    ...(replies.length < 2 ? {} : { positionBias: agree ? ('none' as const) : favouredPlace(replies) }),
  };
}

function meanScores(readings: readonly ParsedReply[]): PairJudgment['scores'] {
  const scores = readings.flatMap((reading) => reading.scores ?? []);
  if (scores.length < readings.length) return undefined;
  const mean = (answer: 'a' | 'b') => scores.reduce((sum, both) => sum + both[answer], 0) / scores.length;
  return { a: mean('a'), b: mean('b') };
}

/** Of two orders that disagree at least one favours a place, and the other does not favour the other place. */
function favouredPlace(replies: readonly OrderedReply[]): 'first' | 'second' {
  const inFavourOfFirst = replies.reduce((sum, { order, reading }) => {
    if (reading.kind !== 'parsed' || reading.outcome === 'tie') return sum;
    return sum + ((reading.outcome === 'a') === (order === 'ab') ? 1 : -1);
  }, 0);
  return inFavourOfFirst > 0 ? 'first' : 'second';
}
