import type { InjectionSign, PairJudgment } from '../../judge/index.js';

/** A judgment on two models in numbers. `a` and `b` are those of the table, whatever the judgment called them. */
export interface PairRow {
  readonly question: number;
  readonly category: number;
  /** 1 for a, 0 for a tie, -1 for b; absent where it was not read. */
  readonly outcome?: 1 | 0 | -1 | undefined;
  readonly scores?: { readonly a: number; readonly b: number } | undefined;
  /** Which place was favoured, where both orders were read. */
  readonly position?: 'none' | 'first' | 'second' | undefined;
  /** Mean score of the answer shown first less that of the other. */
  readonly firstAdvantage?: number | undefined;
  readonly lengths: { readonly a: number; readonly b: number };
}

/** Two models in one mode. */
export interface PairHeader {
  readonly models: { readonly a: string; readonly b: string };
  readonly mode: 'scores' | 'verdict';
}

/** The judgments of one judge or several on two models in one mode: numbers only, the texts are not kept. */
export class PairTable {
  readonly header: PairHeader;
  readonly judges: readonly string[];
  readonly rows: PairRow[] = [];
  readonly injections = { judgments: 0, a: 0, b: 0, rules: new Map<string, number>() };

  constructor(header: PairHeader, judges: readonly string[]) {
    this.header = header;
    this.judges = judges;
  }

  add(judgment: PairJudgment, question: number, category: number): void {
    const turned = judgment.models.a !== this.header.models.a;
    const lengths = turned ? turn(judgment.lengths) : judgment.lengths;
    const scores = judgment.scores && (turned ? turn(judgment.scores) : judgment.scores);
    const outcome = judgment.outcome === 'unparsed' ? undefined : sideOf(judgment.outcome, turned);
    const { positionBias: position } = judgment;
    const firstAdvantage = firstAdvantageOf(judgment);
    this.rows.push({ question, category, outcome, scores, position, firstAdvantage, lengths });
    this.#addInjections(judgment.injections, turned);
  }

  /** The table of a jury. */
  static jury(tables: readonly PairTable[]): PairTable {
    const jury = new PairTable(
      tables[0]!.header,
      tables.flatMap((table) => table.judges),
    );
    for (const { rows, injections } of tables) {
      for (const row of rows) jury.rows.push(row);
      jury.injections.judgments += injections.judgments;
      jury.injections.a += injections.a;
      jury.injections.b += injections.b;
      for (const [rule, signs] of injections.rules) count(jury.injections.rules, rule, signs);
    }
    return jury;
  }

  #addInjections(signs: readonly InjectionSign[], turned: boolean): void {
    if (signs.length === 0) return;
    this.injections.judgments++;
    const own = turned ? ('b' as const) : ('a' as const);
    if (signs.some(({ answer }) => answer === own)) this.injections.a++;
    if (signs.some(({ answer }) => answer !== own)) this.injections.b++;
    for (const { rule } of signs) count(this.injections.rules, rule, 1);
  }
}

/** How an outcome counts for the table's a. */
export function sideOf(outcome: 'a' | 'b' | 'tie', turned: boolean): 1 | 0 | -1 {
  if (outcome === 'tie') return 0;
  return (outcome === 'a') === turned ? -1 : 1;
}

function firstAdvantageOf({ replies, positionBias }: PairJudgment): number | undefined {
  if (positionBias === undefined || replies.length === 0) return undefined;
  let sum = 0;
  for (const { order, reading } of replies) {
    if (reading.kind !== 'parsed' || reading.scores === undefined) return undefined;
    const difference = reading.scores.a - reading.scores.b;
    sum += order === 'ab' ? difference : -difference;
  }
  return sum / replies.length;
}

const turn = ({ a, b }: { readonly a: number; readonly b: number }) => ({ a: b, b: a });

const count = (counts: Map<string, number>, name: string, amount: number) =>
  counts.set(name, (counts.get(name) ?? 0) + amount);
