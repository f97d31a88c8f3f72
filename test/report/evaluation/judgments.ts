import type { PairJudgment, SingleJudgment } from '../../../src/judge/index.js';

let made = 0;

/** A judgment on models `a` and `b` with what a test says of it. Every one has a key of its own. */
export function pairJudgment(fields: Partial<PairJudgment> = {}): PairJudgment {
  return {
    type: 'pair',
    key: `key-${made++}`,
    questionId: '1',
    category: 'generic',
    mode: 'verdict',
    judge: 'judge',
    models: { a: 'a', b: 'b' },
    replies: [],
    outcome: 'tie',
    injections: [],
    lengths: { a: 100, b: 100 },
    ...fields,
  };
}

/** A judgment with scores, whose outcome is theirs. */
export function scored(a: number, b: number, fields: Partial<PairJudgment> = {}): PairJudgment {
  const outcome = a > b ? 'a' : a < b ? 'b' : 'tie';
  return pairJudgment({ mode: 'scores', scores: { a, b }, outcome, ...fields });
}

/** A judgment of one answer. */
export function singleJudgment(fields: Partial<SingleJudgment> = {}): SingleJudgment {
  return {
    type: 'single',
    key: `key-${made++}`,
    questionId: '1',
    category: 'generic',
    mode: 'single',
    judge: 'judge',
    model: 'a',
    text: '',
    explanation: '',
    attempts: 1,
    injections: [],
    length: 100,
    ...fields,
  };
}

/** What the same judgments say when the two models are named the other way round. */
export function mirrored(judgment: PairJudgment): PairJudgment {
  const { models, outcome, scores, lengths } = judgment;
  const turned = outcome === 'a' ? 'b' : outcome === 'b' ? 'a' : outcome;
  return {
    ...judgment,
    models: { a: models.b, b: models.a },
    outcome: turned,
    lengths: { a: lengths.b, b: lengths.a },
    ...(scores && { scores: { a: scores.b, b: scores.a } }),
  };
}
