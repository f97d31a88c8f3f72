import type { PairJudgment, PairOutcome } from './types.js';

/** What several judges say together about one pair. @public */
export interface JuryVerdict {
  /** The question that was judged. */
  readonly questionId: string;
  /** What the question tests. */
  readonly category: string;
  /** How the judges were asked. */
  readonly mode: PairJudgment['mode'];
  /** Ids of the two models. */
  readonly models: { readonly a: string; readonly b: string };
  /** What more judges say than any other; a tie where there is no such outcome; `unparsed` where no judge can be read. */
  readonly outcome: PairOutcome | 'unparsed';
  /** How many judges say so. */
  readonly votes: Readonly<Record<PairOutcome | 'unparsed', number>>;
  /** `unanimous`: all judges that can be read agree; `majority`: more than half of them do; else `split`. */
  readonly agreement: 'unanimous' | 'majority' | 'split';
  /** One a judge, in the order they were given. */
  readonly judgments: readonly PairJudgment[];
}

/** How far a jury agreed. @public */
export interface JuryReport {
  /** Pairs that at least two judges gave a readable judgment of. */
  readonly pairs: number;
  /** Pairs on which all that can be read agree. */
  readonly unanimous: number;
  /** Pairs on which more than half agree, not all. */
  readonly majority: number;
  /** Pairs on which no outcome has more than half. */
  readonly split: number;
  /** Outcomes of the majority. */
  readonly outcomes: Readonly<Record<PairOutcome, number>>;
  /** For each two judges: pairs that both judged, and those in which they came to the same outcome. */
  readonly pairwise: readonly {
    readonly judges: readonly [string, string];
    readonly compared: number;
    readonly agreed: number;
  }[];
}

/** The vote of judgments of one pair, one a judge. */
export function juryVerdict(judgments: readonly PairJudgment[]): JuryVerdict {
  const { questionId, category, mode, models } = judgments[0]!;
  const votes = { a: 0, b: 0, tie: 0, unparsed: 0 };
  for (const { outcome } of judgments) votes[outcome]++;
  const readable = judgments.length - votes.unparsed;
  const most = Math.max(votes.a, votes.b, votes.tie);
  const leaders = (['a', 'b', 'tie'] as const).filter((outcome) => votes[outcome] === most);
  const outcome = readable === 0 ? 'unparsed' : leaders.length === 1 ? leaders[0]! : 'tie';
  const agreement = readable > 0 && most === readable ? 'unanimous' : most * 2 > readable ? 'majority' : 'split';
  return { questionId, category, mode, models, outcome, votes, agreement, judgments };
}

/**
 * Puts the judgments of several judges together, pair by pair, in the order in which pairs are first seen.
 *
 * @param judgments - of one configuration each judge: a second judgment of a judge on a pair is a second vote.
 * @public
 */
export function juryVerdicts(judgments: Iterable<PairJudgment>): JuryVerdict[] {
  const byPair = new Map<string, PairJudgment[]>();
  for (const judgment of judgments) {
    const { questionId, mode, models } = judgment;
    const pair = JSON.stringify([questionId, mode, models.a, models.b]);
    const known = byPair.get(pair);
    if (known === undefined) byPair.set(pair, [judgment]);
    else known.push(judgment);
  }
  return [...byPair.values()].map(juryVerdict);
}

/** Counts a jury's agreement while its pairs go by. */
export class JuryTally {
  #pairs = 0;
  readonly #agreement = { unanimous: 0, majority: 0, split: 0 };
  readonly #outcomes = { a: 0, b: 0, tie: 0 };
  readonly #pairwise = new Map<string, { judges: readonly [string, string]; compared: number; agreed: number }>();

  add(judgments: readonly PairJudgment[]): void {
    const readable = judgments.filter(({ outcome }) => outcome !== 'unparsed');
    if (readable.length < 2) return;
    const { outcome, agreement } = juryVerdict(readable);
    this.#pairs++;
    this.#agreement[agreement]++;
    if (outcome !== 'unparsed') this.#outcomes[outcome]++;
    for (const [index, one] of readable.entries())
      for (const other of readable.slice(index + 1)) this.#compare(one, other);
  }

  report(): JuryReport {
    return {
      pairs: this.#pairs,
      ...this.#agreement,
      outcomes: { ...this.#outcomes },
      pairwise: [...this.#pairwise.values()].map((two) => ({ ...two })),
    };
  }

  #compare(one: PairJudgment, other: PairJudgment): void {
    const key = JSON.stringify([one.judge, other.judge]);
    let two = this.#pairwise.get(key);
    if (two === undefined) {
      two = { judges: [one.judge, other.judge], compared: 0, agreed: 0 };
      this.#pairwise.set(key, two);
    }
    two.compared++;
    if (one.outcome === other.outcome) two.agreed++;
  }
}
