import type { CallOptions } from '../../core/index.js';

/** Words that a message of a conversation shares with an evaluation text. @public */
export interface ContaminationHit {
  /** Id of the conversation that shares the words. */
  readonly conversationId: string;
  /** The evaluation text's id and part. */
  readonly evaluationId: string;
  /** What the evaluation text is of its question: `question`, `reference`. */
  readonly part: string;
  /** Number of the message, from 0. */
  readonly message: number;
  /** Where the longest run of shared words lies in the message, in UTF-16 units: from `start` up to, not including, `end`. */
  readonly start: number;
  /** Just past that run. */
  readonly end: number;
  /** How many words that run has. */
  readonly words: number;
  /** Share of the evaluation text's words that are in this message, in runs long enough to count: 1 for the whole text. */
  readonly coverage: number;
  /** The first 200 UTF-16 units of the run, as the message has them. */
  readonly excerpt: string;
}

/** What became of the conversations. @public */
export interface ContaminationReport {
  /** Conversations that were read. */
  readonly conversations: number;
  /** Conversations with a hit. */
  readonly contaminated: number;
  /** Pairs of a message and an evaluation text that share enough words. */
  readonly hits: number;
  /** Evaluation texts that were looked for. */
  readonly evaluationTexts: number;
  /** Conversations by the id of the evaluation text they share words with, in the order of the evaluation texts; those without are left out. */
  readonly byEvaluationId: readonly { readonly id: string; readonly conversations: number }[];
  /** Ids of evaluation texts without a word, which cannot be looked for. */
  readonly withoutWords: readonly string[];
}

/** What `removeContaminated` accepts beside its conversations. @public */
export interface ContaminatedOptions extends CallOptions {
  /** Told of every hit in what is left out. */
  readonly onHit?: ((hit: ContaminationHit) => void) | undefined;
}

/** A report while its counts grow. */
export class ContaminationTally {
  #conversations = 0;
  #contaminated = 0;
  #hits = 0;
  readonly #byId: Map<string, number>;

  constructor(ids: Iterable<string>) {
    this.#byId = new Map([...ids].map((id) => [id, 0]));
  }

  get conversations(): number {
    return this.#conversations;
  }

  add(hits: readonly ContaminationHit[]): void {
    this.#conversations++;
    this.#hits += hits.length;
    if (hits.length > 0) this.#contaminated++;
    for (const id of new Set(hits.map(({ evaluationId }) => evaluationId))) this.#byId.set(id, this.#byId.get(id)! + 1);
  }

  report(evaluationTexts: number, withoutWords: readonly string[]): ContaminationReport {
    return {
      conversations: this.#conversations,
      contaminated: this.#contaminated,
      hits: this.#hits,
      evaluationTexts,
      byEvaluationId: [...this.#byId].flatMap(([id, conversations]) =>
        conversations > 0 ? [{ id, conversations }] : [],
      ),
      withoutWords,
    };
  }
}
