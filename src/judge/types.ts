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
  readonly tags?: readonly string[] | undefined;
}

/** What one model said to a question. @public */
export interface Answer {
  readonly questionId: string;
  /** Id of the model. */
  readonly model: string;
  /** A reply for each turn of the question. */
  readonly turns: readonly string[];
  readonly usage?: Usage | undefined;
}

/** Two answers to the same question. `a` and `b` name them whatever the order in which they are shown. @public */
export interface AnswerPair {
  readonly question: Question;
  readonly a: Answer;
  readonly b: Answer;
}

/** @public */
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
  readonly answer: 'a' | 'b';
  /** Which rule found it. */
  readonly rule: string;
  /** The words that were found. */
  readonly text: string;
}

/** One reply of a judge that has been read. Scores and outcome are those of a and b, whatever the order was. @public */
export interface ParsedReply {
  readonly kind: 'parsed';
  readonly outcome: PairOutcome;
  /** From 1 to 10; absent in mode `verdict`. */
  readonly scores?: { readonly a: number; readonly b: number } | undefined;
  readonly explanation: string;
}

/** A reply in which no verdict could be found, also when asked once more. Kept, and counted as no outcome. @public */
export interface UnparsedReply {
  readonly kind: 'unparsed';
  /** What was looked for and not found. */
  readonly problem: string;
}

/** What a judge said to one pair in one order. @public */
export interface OrderedReply {
  readonly order: AnswerOrder;
  /** The reply as it came. */
  readonly text: string;
  readonly reading: ParsedReply | UnparsedReply;
  /** Calls it took: 2 where the first reply could not be read. */
  readonly attempts: number;
  readonly usage?: Usage | undefined;
}

/** A judge on one pair of answers. @public */
export interface PairJudgment {
  readonly type: 'pair';
  /** Content hash of everything that decides it: question, answers, judge, prompt, options. */
  readonly key: string;
  readonly questionId: string;
  readonly category: string;
  readonly mode: 'scores' | 'verdict';
  /** Id of the judge. */
  readonly judge: string;
  readonly models: { readonly a: string; readonly b: string };
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
  readonly injections: readonly InjectionSign[];
  /** Lengths of the answers, in Unicode code points. */
  readonly lengths: { readonly a: number; readonly b: number };
}

/** A judge on one answer. @public */
export interface SingleJudgment {
  readonly type: 'single';
  readonly key: string;
  readonly questionId: string;
  readonly category: string;
  readonly mode: 'single';
  readonly judge: string;
  readonly model: string;
  /** Which turn of the question it is on, from 1; absent where the answer was judged as a whole. */
  readonly turn?: number | undefined;
  readonly text: string;
  /** From 1 to 10; absent where no score could be read. */
  readonly score?: number | undefined;
  readonly explanation: string;
  readonly problem?: string | undefined;
  readonly attempts: number;
  readonly usage?: Usage | undefined;
  readonly injections: readonly InjectionSign[];
  readonly length: number;
}

/** @public */
export type Judgment = PairJudgment | SingleJudgment;
