import { hashOfJson } from '../io/index.js';
import type { Review } from './answers/index.js';
import { combineOrders } from './combine.js';
import { outcomeOf, readPairReply } from './read-pair.js';
import { readingVersion } from './reading/index.js';
import { lengthOf, signsIn } from './signs.js';
import type { Answer, OrderedReply, PairJudgment, Question } from './types.js';

/** What reviews are about: they name questions and answers by their ids. @public */
export interface ReviewContext {
  /** The question set that was judged. */
  readonly questions: Iterable<Question>;
  /** Of all models; found by {@link Answer.id}. */
  readonly answers: Iterable<Answer>;
  /**
   * `text`: what the judge wrote, read as any reply is. `published`: the figures that were published with it, with which the
   * totals of the post come out; the two differ where the file contradicts itself. @defaultValue `'text'`
   */
  readonly scores?: 'text' | 'published' | undefined;
  /** Id of the judge. @defaultValue what each review says */
  readonly judge?: string | undefined;
}

/** A review whose published figures are not those of its text. @public */
export interface ReviewContradiction {
  /** Of the review. */
  readonly reviewId: string;
  /** The question that was judged. */
  readonly questionId: string;
  /** In the order in which the judge saw them. */
  readonly models: readonly [first: string, second: string];
  /** What the text says, or why it cannot be read. */
  readonly text: { readonly first: number; readonly second: number } | { readonly problem: string };
  /** Absent where none were published. */
  readonly published?: { readonly first: number; readonly second: number } | undefined;
}

/** What reviews came to. @public */
export interface ReviewJudgments {
  /** In the order of the reviews; `a` is the answer that was shown first. */
  readonly judgments: readonly PairJudgment[];
  /** Reviews whose published figures are not those of their text. */
  readonly contradictions: readonly ReviewContradiction[];
  /** Reviews whose question or answers were not given. */
  readonly unknown: readonly Review[];
}

/** Makes judgments of reviews that others paid for, without a call. @public */
export function judgmentsOfReviews(reviews: Iterable<Review>, context: ReviewContext): ReviewJudgments {
  const questions = new Map([...context.questions].map((question) => [question.id, question]));
  const answers = new Map(
    [...context.answers].flatMap((answer) => (answer.id === undefined ? [] : [[answer.id, answer]])),
  );
  const judgments: PairJudgment[] = [];
  const contradictions: ReviewContradiction[] = [];
  const unknown: Review[] = [];
  for (const review of reviews) {
    const question = questions.get(review.questionId);
    const [a, b] = [answers.get(review.answerIds.first), answers.get(review.answerIds.second)];
    if (question === undefined || a === undefined || b === undefined) {
      unknown.push(review);
      continue;
    }
    const { reading } = replyOf(review, 'text');
    const text =
      'scores' in reading && reading.scores !== undefined
        ? { first: reading.scores.a, second: reading.scores.b }
        : undefined;
    if (text?.first !== review.scores?.first || text?.second !== review.scores?.second || text === undefined)
      contradictions.push({
        reviewId: review.id,
        questionId: question.id,
        models: [a.model, b.model],
        text: text ?? { problem: reading.kind === 'unparsed' ? reading.problem : '' },
        published: review.scores,
      });
    judgments.push(judgmentOf(review, question, a, b, context));
  }
  return { judgments, contradictions, unknown };
}

function judgmentOf(review: Review, question: Question, a: Answer, b: Answer, context: ReviewContext): PairJudgment {
  const { scores = 'text', judge = review.reviewer ?? 'unknown' } = context;
  const replies = [replyOf(review, scores)];
  return {
    type: 'pair',
    key: hashOfJson({ review: readingVersion, id: review.id, judge, scores, text: review.text }),
    questionId: question.id,
    category: question.category,
    mode: 'scores',
    judge,
    models: { a: a.model, b: b.model },
    replies,
    ...combineOrders(replies),
    injections: [...signsIn('a', a), ...signsIn('b', b)],
    lengths: { a: lengthOf(a), b: lengthOf(b) },
  };
}

function replyOf({ text, scores }: Review, source: 'text' | 'published'): OrderedReply {
  const read = readPairReply('scores', 'ab', text);
  const said = { order: 'ab', text, attempts: 1 } as const;
  if (source === 'text') return { ...said, reading: read };
  if (scores === undefined) return { ...said, reading: { kind: 'unparsed', problem: 'no scores were published' } };
  const published = { a: scores.first, b: scores.second };
  const explanation = read.kind === 'parsed' ? read.explanation : text;
  return { ...said, reading: { kind: 'parsed', outcome: outcomeOf(published), scores: published, explanation } };
}
