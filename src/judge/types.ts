import type { Usage } from '../conversation/index.js';

/** A question of an evaluation. @public */
export interface Question {
  /** Unique in its set. FastChat's numbers are kept as their digits. */
  readonly id: string;
  /** What it tests: `coding`, `math`, `writing`. Decides temperature and judge prompt where those differ. */
  readonly category: string;
  /** What the user says, turn by turn; most questions have one. */
  readonly turns: readonly string[];
  /** What a right answer says, turn by turn; shown to judges that are asked with a reference. */
  readonly reference?: readonly string[] | undefined;
  /** Words to find it by in reports. */
  readonly tags?: readonly string[] | undefined;
  /** Where it came from, for reports: who wrote it, when. Never shown to a model. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** What one model said to a question. @public */
export interface Answer {
  /** The question it is to. */
  readonly questionId: string;
  /** Id of the model. */
  readonly model: string;
  /** A reply for each turn of the question. */
  readonly turns: readonly string[];
  /** What files of reviews call it. */
  readonly id?: string | undefined;
  /** A reply was cut off: at the most tokens it could have, or by a content filter. */
  readonly unfinished?: boolean | undefined;
  /** Tokens it took, where the endpoint told. */
  readonly usage?: Usage | undefined;
}

/** Two answers to the same question. `a` and `b` name them whatever the order in which they are shown. @public */
export interface AnswerPair {
  /** What both answer. */
  readonly question: Question;
  /** The one that `a` means in outcomes and scores. */
  readonly a: Answer;
  /** The one that `b` means in outcomes and scores. */
  readonly b: Answer;
}

/** An answer and the question it is to. @public */
export interface QuestionAnswer {
  /** What was asked. */
  readonly question: Question;
  /** What one model said. */
  readonly answer: Answer;
}

/** Which of two answers is better, or that neither is. @public */
export type PairOutcome = 'a' | 'b' | 'tie';

/** In which order the judge saw the answers: `ab` is a first. @public */
export type AnswerOrder = 'ab' | 'ba';

/**
 * `scores`: both answers in one prompt, two scores from 1 to 10 and an explanation (the form of 2023); `verdict`: which
 * of two is better, or a tie; `single`: one answer, one score.
 *
 * @public
 */
export type JudgeMode = 'scores' | 'verdict' | 'single';

/** An answer that speaks to the judge instead of to the question. @public */
export interface InjectionSign {
  /** Whose answer it is in. */
  readonly answer: 'a' | 'b';
  /** Which rule found it. */
  readonly rule: string;
  /** The words that were found. */
  readonly text: string;
}

/** One reply of a judge that has been read. Scores and outcome are those of a and b, whatever the order was. @public */
export interface ParsedReply {
  /** Tells it from a reply that could not be read. */
  readonly kind: 'parsed';
  /** Mode `scores`: the higher score wins, equal ones are a tie. */
  readonly outcome: PairOutcome;
  /** From 1 to 10, or 0 where a judge went below what it was asked for; absent in mode `verdict`. */
  readonly scores?: { readonly a: number; readonly b: number } | undefined;
  /** What the judge gave as its reasons: the reply without the verdict. */
  readonly explanation: string;
}

/** A reply in which no verdict could be found, also when asked once more. Kept, and counted as no outcome. @public */
export interface UnparsedReply {
  /** Tells it from a reply that could be read. */
  readonly kind: 'unparsed';
  /** What was looked for and not found. */
  readonly problem: string;
}

/** What a judge said to one pair in one order. @public */
export interface OrderedReply {
  /** Which answer was shown first. */
  readonly order: AnswerOrder;
  /** The reply as it came. */
  readonly text: string;
  /** What was read of the text. */
  readonly reading: ParsedReply | UnparsedReply;
  /** Calls it took: 2 where the first reply could not be read. */
  readonly attempts: number;
  /** Tokens of all its calls, where the endpoint told. */
  readonly usage?: Usage | undefined;
}

/** A judge on one pair of answers. @public */
export interface PairJudgment {
  /** Tells it from a {@link SingleJudgment}. */
  readonly type: 'pair';
  /** Content hash of everything that decides it: question, answers, judge, prompt, options. */
  readonly key: string;
  /** The question that was judged. */
  readonly questionId: string;
  /** What the question tests. */
  readonly category: string;
  /** How the judge was asked. */
  readonly mode: 'scores' | 'verdict';
  /** Id of the judge. */
  readonly judge: string;
  /** Ids of the models whose answers were compared. */
  readonly models: { readonly a: string; readonly b: string };
  /** One an order: two where `swapOrder` was on. */
  readonly replies: readonly OrderedReply[];
  /**
   * Both orders agree on it, or the only order says it; a disagreement is a `tie`. `unparsed` where an order has no
   * readable reply.
   */
  readonly outcome: PairOutcome | 'unparsed';
  /** Mean over the orders; absent where an order has none. */
  readonly scores?: { readonly a: number; readonly b: number } | undefined;
  /**
   * Two orders: `none` where they agree, `first` or `second` for the place that was favoured; absent with one order or an
   * unparsed reply.
   */
  readonly positionBias?: 'none' | 'first' | 'second' | undefined;
  /** Signs that an answer speaks to the judge; empty where there are none. */
  readonly injections: readonly InjectionSign[];
  /** Lengths of the answers, in Unicode code points. */
  readonly lengths: { readonly a: number; readonly b: number };
}

/** A judge on one answer. @public */
export interface SingleJudgment {
  /** Tells it from a {@link PairJudgment}. */
  readonly type: 'single';
  /** Content hash of everything that decides it: question, answer, judge, prompt, options. */
  readonly key: string;
  /** The question that was answered. */
  readonly questionId: string;
  /** What the question tests. */
  readonly category: string;
  /** Always `single`: one answer, one score. */
  readonly mode: 'single';
  /** Id of the judge. */
  readonly judge: string;
  /** Id of the model that answered. */
  readonly model: string;
  /** Which turn of the question it is on, from 1; absent where the answer was judged as a whole. */
  readonly turn?: number | undefined;
  /** The judge's reply as it came. */
  readonly text: string;
  /** From 1 to 10; absent where no score could be read. */
  readonly score?: number | undefined;
  /** What the judge gave as its reasons: the reply without the score. */
  readonly explanation: string;
  /** What was looked for and not found; present where there is no score. */
  readonly problem?: string | undefined;
  /** Calls it took: 2 where the first reply could not be read. */
  readonly attempts: number;
  /** Tokens of all its calls, where the endpoint told. */
  readonly usage?: Usage | undefined;
  /** Signs that the answer speaks to the judge; empty where there are none. */
  readonly injections: readonly InjectionSign[];
  /** Unicode code points of the answer, all turns together. */
  readonly length: number;
}

/** What a judge said, in whichever mode. @public */
export type Judgment = PairJudgment | SingleJudgment;
