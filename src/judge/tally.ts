import type { Brake } from './brake.js';
import type { JudgeCalls } from './calls.js';
import type { JudgeFailure } from './failures.js';
import { JuryTally } from './jury.js';
import type { GradeReport, GradeTotals, JudgeReport, JudgeTotals, RunTotals } from './report.js';
import type { Judgment, PairJudgment, SingleJudgment } from './types.js';

const mostExamples = 20;

/** What came of one pair, or answer, before one judge. */
export type Done<Kept extends Judgment> =
  | { readonly kind: 'judged'; readonly judgment: Kept; readonly reused: boolean }
  | { readonly kind: 'failed'; readonly failure: JudgeFailure }
  | { readonly kind: 'not-asked' };

/** Counts that both kinds of run have. */
class Tally<Kept extends Judgment> {
  #taken = 0;
  #judgments = 0;
  #reusedJudgments = 0;
  #unparsed = 0;
  #withInjections = 0;
  #notAsked = 0;
  #failed = 0;
  readonly #causes = new Map<string, number>();
  readonly #examples: JudgeFailure[] = [];

  get taken(): number {
    return this.#taken;
  }

  /** All judges on one item. */
  add(done: readonly Done<Kept>[]): void {
    this.#taken++;
    for (const one of done) {
      if (one.kind === 'judged') this.#addJudgment(one.judgment, one.reused);
      else if (one.kind === 'failed') this.#addFailure(one.failure);
      else this.#notAsked++;
    }
  }

  protected totals(brake: Brake): RunTotals {
    return {
      taken: this.#taken,
      judgments: this.#judgments,
      reusedJudgments: this.#reusedJudgments,
      unparsed: this.#unparsed,
      withInjections: this.#withInjections,
      missing: {
        failed: this.#failed,
        causes: Object.fromEntries(this.#causes),
        examples: [...this.#examples],
        notAsked: this.#notAsked,
      },
      ...(brake.reason === undefined ? {} : { stopped: brake.reason }),
    };
  }

  #addJudgment(judgment: Kept, reused: boolean): void {
    this.#judgments++;
    if (reused) this.#reusedJudgments++;
    if (judgment.type === 'pair' ? judgment.outcome === 'unparsed' : judgment.score === undefined) this.#unparsed++;
    if (judgment.injections.length > 0) this.#withInjections++;
  }

  #addFailure(failure: JudgeFailure): void {
    this.#failed++;
    this.#causes.set(failure.cause, (this.#causes.get(failure.cause) ?? 0) + 1);
    if (this.#examples.length < mostExamples) this.#examples.push(failure);
  }
}

/** A {@link JudgeReport} while its counts grow. */
export class PairTally extends Tally<PairJudgment> {
  readonly #jury = new JuryTally();
  readonly #judges: Map<
    string,
    {
      judgments: number;
      outcomes: Counts<'a' | 'b' | 'tie' | 'unparsed'>;
      positionBias: Counts<'none' | 'first' | 'second'>;
    }
  >;

  constructor(judges: readonly string[]) {
    super();
    this.#judges = new Map(
      judges.map((judge) => [
        judge,
        { judgments: 0, outcomes: { a: 0, b: 0, tie: 0, unparsed: 0 }, positionBias: { none: 0, first: 0, second: 0 } },
      ]),
    );
  }

  override add(done: readonly Done<PairJudgment>[]): void {
    super.add(done);
    const judgments = judgmentsIn(done);
    for (const { judge, outcome, positionBias } of judgments) {
      const totals = this.#judges.get(judge)!;
      totals.judgments++;
      totals.outcomes[outcome]++;
      if (positionBias !== undefined) totals.positionBias[positionBias]++;
    }
    this.#jury.add(judgments);
  }

  report(calls: JudgeCalls, brake: Brake): JudgeReport {
    const judges = [...this.#judges].map(([judge, totals]): [string, JudgeTotals] => [
      judge,
      { ...totals, calls: calls.countsOf(judge) },
    ]);
    return {
      ...this.totals(brake),
      judges: Object.fromEntries(judges),
      ...(judges.length > 1 ? { jury: this.#jury.report() } : {}),
    };
  }
}

/** A {@link GradeReport} while its counts grow. */
export class GradeTally extends Tally<SingleJudgment> {
  readonly #judges: Map<string, { judgments: number; readable: number; sum: number }>;

  constructor(judges: readonly string[]) {
    super();
    this.#judges = new Map(judges.map((judge) => [judge, { judgments: 0, readable: 0, sum: 0 }]));
  }

  override add(done: readonly Done<SingleJudgment>[]): void {
    super.add(done);
    for (const { judge, score } of judgmentsIn(done)) {
      const totals = this.#judges.get(judge)!;
      totals.judgments++;
      if (score === undefined) continue;
      totals.readable++;
      totals.sum += score;
    }
  }

  report(calls: JudgeCalls, brake: Brake): GradeReport {
    const judges = [...this.#judges].map(([judge, { judgments, readable, sum }]): [string, GradeTotals] => [
      judge,
      {
        judgments,
        ...(readable === 0 ? {} : { meanScore: sum / readable }),
        unparsed: judgments - readable,
        calls: calls.countsOf(judge),
      },
    ]);
    return { ...this.totals(brake), judges: Object.fromEntries(judges) };
  }
}

type Counts<Name extends string> = Record<Name, number>;

/** Those that were judged, in the order of the judges. */
export function judgmentsIn<Kept extends Judgment>(done: readonly Done<Kept>[]): Kept[] {
  return done.flatMap((one) => (one.kind === 'judged' ? [one.judgment] : []));
}
