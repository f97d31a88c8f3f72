import type { Source } from '../../../core/index.js';
import type { Answer, Judgment, PairJudgment, Question } from '../../../judge/index.js';
import { turned } from './orient.js';

/** Which of two models is a, wherever they meet. */
export type PairOrder = (one: string, other: string) => 'as-is' | 'turned';

/** Everything that was asked, answered and judged, by question. */
export class Material {
  readonly questions: readonly Question[];
  readonly #answers: ReadonlyMap<string, Answer>;
  readonly #judgments: ReadonlyMap<string, readonly Judgment[]>;

  private constructor(
    questions: readonly Question[],
    answers: ReadonlyMap<string, Answer>,
    judgments: ReadonlyMap<string, readonly Judgment[]>,
  ) {
    this.questions = questions;
    this.#answers = answers;
    this.#judgments = judgments;
  }

  /** A judgment whose key was read before is the same one. Questions that are judged but not given come last. */
  static async read(
    {
      questions,
      answers,
      judgments,
    }: {
      readonly questions: Source<Question>;
      readonly answers: Source<Answer>;
      readonly judgments: Source<Judgment>;
    },
    order: PairOrder,
  ): Promise<Material> {
    const byId = new Map<string, Question>();
    for await (const question of questions) byId.set(question.id, question);
    const answerOf = new Map<string, Answer>();
    for await (const answer of answers) answerOf.set(answerKey(answer.questionId, answer.model), answer);
    const judgmentsOf = new Map<string, Judgment[]>();
    const keys = new Set<string>();
    for await (const judgment of judgments) {
      if (keys.has(judgment.key)) continue;
      keys.add(judgment.key);
      const { questionId: id, category } = judgment;
      if (!byId.has(id)) byId.set(id, { id, category, turns: [] });
      const list = judgmentsOf.get(id);
      const oriented = judgment.type === 'pair' ? orient(judgment, order) : judgment;
      if (list === undefined) judgmentsOf.set(id, [oriented]);
      else list.push(oriented);
    }
    const judged = [...byId.values()].filter(({ id }) => judgmentsOf.has(id));
    return new Material(judged, answerOf, judgmentsOf);
  }

  answer(questionId: string, model: string): Answer | undefined {
    return this.#answers.get(answerKey(questionId, model));
  }

  judgments(questionId: string): readonly Judgment[] {
    return this.#judgments.get(questionId) ?? [];
  }
}

function orient(judgment: PairJudgment, order: PairOrder): PairJudgment {
  const { a, b } = judgment.models;
  return order(a, b) === 'as-is' ? judgment : turned(judgment);
}

const answerKey = (questionId: string, model: string) => JSON.stringify([questionId, model]);
