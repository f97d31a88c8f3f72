import type { Answer, Judgment, OrderedReply, PairJudgment, PairOutcome, Question } from '../../src/judge/index.js';

// A made-up evaluation, large or small: what a report is shown.

export interface Evaluation {
  readonly questions: readonly Question[];
  readonly answers: readonly Answer[];
  readonly judgments: readonly Judgment[];
}

const categories = ['writing', 'coding', 'math', 'roleplay'];

/** `questions` times the other models times the judges judgments; who wins goes round. */
export function madeUpEvaluation(
  questionCount: number,
  {
    models = ['alpha-7b', 'beta-13b'],
    judges = ['judge-one'],
  }: { readonly models?: string[]; readonly judges?: string[] } = {},
): Evaluation {
  const last = models.at(-1)!;
  const questions = Array.from(
    { length: questionCount },
    (_, number): Question => ({
      id: `q${number + 1}`,
      category: categories[number % categories.length]!,
      turns: [`How is thing number ${number + 1} made?`],
      ...(number % 4 === 2 && { reference: ['It is **42**.'] }),
    }),
  );
  const answers = questions.flatMap(({ id }) =>
    models.map((model): Answer => ({ questionId: id, model, turns: [answerText(id, model)] })),
  );
  const judgments = questions.flatMap((question, number) =>
    models
      .slice(0, -1)
      .flatMap((model, m) =>
        judges.map((judge, j) =>
          pairJudgment(question, { a: model, b: last }, judge, number + 3 * m + j * (number % 5 === 0 ? 1 : 0)),
        ),
      ),
  );
  return { questions, answers, judgments };
}

function answerText(id: string, model: string): string {
  const body = `Take some *care*, then:\n\n1. measure\n2. cut\n\n\`\`\`js\nconst made = '${id}';\n\`\`\`\n`;
  return `## ${model}\n\n${body}${'It takes a while, and it is worth the while. '.repeat(12)}`;
}

const rounds: readonly (readonly [ab: PairOutcome, ba: PairOutcome])[] = [
  ['a', 'a'],
  ['b', 'b'],
  ['tie', 'tie'],
  ['a', 'b'],
  ['b', 'b'],
];

export function pairJudgment(
  { id, category }: Question,
  models: { readonly a: string; readonly b: string },
  judge: string,
  round: number,
): PairJudgment {
  const [ab, ba] = rounds[round % rounds.length]!;
  const scoresOf = { a: { a: 9, b: 6 }, b: { a: 5, b: 8 }, tie: { a: 7, b: 7 } };
  const reply = (order: 'ab' | 'ba', outcome: PairOutcome): OrderedReply => ({
    order,
    text: `${scoresOf[outcome].a} ${scoresOf[outcome].b}\n…`,
    reading: { kind: 'parsed', outcome, scores: scoresOf[outcome], explanation: explanation(judge, outcome) },
    attempts: 1,
  });
  const outcome = ab === ba ? ab : 'tie';
  return {
    type: 'pair',
    key: JSON.stringify([id, models, judge]),
    questionId: id,
    category,
    mode: 'scores',
    judge,
    models,
    replies: [reply('ab', ab), reply('ba', ba)],
    outcome,
    scores: {
      a: (scoresOf[ab].a + scoresOf[ba].a) / 2,
      b: (scoresOf[ab].b + scoresOf[ba].b) / 2,
    },
    positionBias: ab === ba ? 'none' : 'first',
    injections: [],
    lengths: { a: 700 + 10 * (round % 7), b: 720 },
  };
}

function explanation(judge: string, outcome: PairOutcome): string {
  const said = outcome === 'tie' ? 'Both are equally good.' : `Answer ${outcome} is clearer.`;
  return `${said} ${'The one keeps to what was asked, the other strays from it now and then. '.repeat(4)}So says ${judge}.`;
}
