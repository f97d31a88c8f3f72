// What a page is given of questions, answers and judgments: an index of everything, and details in chunks that are
// unpacked when they are looked at. Written here, read by the script of the page. Fields ending in `Html` hold markup that
// the report's own markdown renderer made; every other string is text.

export type Outcome = 'a' | 'b' | 'tie' | 'unparsed';

/** Models, categories and judges are places in the lists of names. */
export interface BrowserIndex {
  readonly models: readonly string[];
  readonly categories: readonly string[];
  readonly judges: readonly string[];
  readonly questions: readonly QuestionRow[];
  readonly items: readonly ItemRow[];
}

export interface QuestionRow {
  readonly id: string;
  readonly category: number;
  /** Its beginning. */
  readonly excerpt: string;
  /** Where its details are. */
  readonly chunk: number;
}

/** What stands in one row of the list: two answers to a question, or one that was judged by itself. */
export interface ItemRow {
  /** Place in the list of questions. */
  readonly question: number;
  readonly a: number;
  readonly b?: number | undefined;
  readonly verdicts: readonly Verdict[];
  /** Mean over the judges that gave scores. */
  readonly scores?: readonly [a: number, b?: number] | undefined;
  readonly ordersDisagree: boolean;
  readonly hasInjections: boolean;
}

export interface Verdict {
  readonly judge: number;
  /** Absent where one answer was judged by itself and has a score. */
  readonly outcome?: Outcome | undefined;
}

/** Details of some questions that follow each other. */
export interface Chunk {
  /** Place of the first in the list of questions. */
  readonly first: number;
  readonly questions: readonly QuestionDetail[];
}

export interface QuestionDetail {
  readonly turnsHtml: readonly string[];
  readonly referenceHtml: readonly string[];
  readonly tags: readonly string[];
  readonly answers: readonly AnswerDetail[];
  readonly judgments: readonly JudgmentDetail[];
}

export interface AnswerDetail {
  readonly model: number;
  readonly turnsHtml: readonly string[];
}

export interface JudgmentDetail {
  /** Place in the list of items. */
  readonly item: number;
  readonly judge: number;
  readonly mode: string;
  readonly outcome?: Outcome | undefined;
  readonly scores?: readonly [a: number, b?: number] | undefined;
  readonly positionBias?: 'none' | 'first' | 'second' | undefined;
  readonly replies: readonly ReplyDetail[];
  readonly injections: readonly { readonly answer: 'a' | 'b'; readonly rule: string; readonly text: string }[];
}

export interface ReplyDetail {
  /** Absent where one answer was judged by itself. */
  readonly order?: 'ab' | 'ba' | undefined;
  readonly outcome?: Outcome | undefined;
  readonly scores?: readonly [a: number, b?: number] | undefined;
  readonly explanationHtml: string;
  /** Why the reply could not be read, and the reply. */
  readonly unread?: { readonly problem: string; readonly text: string } | undefined;
  readonly attempts: number;
}
