import type { PairJudgment, PairOutcome } from '../../../judge/index.js';

/** The same judgment, told of the same two answers the other way round. */
export function turned(judgment: PairJudgment): PairJudgment {
  const { models, replies, outcome, scores, injections, lengths } = judgment;
  return {
    ...judgment,
    models: swapped(models),
    outcome: outcome === 'unparsed' ? outcome : other(outcome),
    scores: scores && swapped(scores),
    injections: injections.map((sign) => ({ ...sign, answer: sign.answer === 'a' ? 'b' : 'a' })),
    lengths: swapped(lengths),
    replies: replies.map((reply) => ({
      ...reply,
      order: reply.order === 'ab' ? 'ba' : 'ab',
      reading:
        reply.reading.kind === 'parsed'
          ? {
              ...reply.reading,
              outcome: other(reply.reading.outcome),
              scores: reply.reading.scores && swapped(reply.reading.scores),
            }
          : reply.reading,
    })),
  };
}

const other = (outcome: PairOutcome): PairOutcome => (outcome === 'a' ? 'b' : outcome === 'b' ? 'a' : 'tie');

const swapped = <Value>({ a, b }: { readonly a: Value; readonly b: Value }) => ({ a: b, b: a });
