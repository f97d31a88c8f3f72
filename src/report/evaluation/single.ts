import type { SingleJudgment } from '../../judge/index.js';
import { estimate, present, type Resampler, ratio } from './estimate.js';
import { QuestionSums } from './question-sums.js';
import type { SingleScores, SingleSummary } from './summary.js';

interface SingleRow {
  readonly question: number;
  readonly category: number;
  readonly turn: number | undefined;
  readonly score: number | undefined;
}

/** The scores of one model by one judge or several: numbers only, the texts are not kept. */
export class SingleTable {
  readonly model: string;
  readonly judges: readonly string[];
  readonly rows: SingleRow[] = [];
  withInjections = 0;

  constructor(model: string, judges: readonly string[]) {
    this.model = model;
    this.judges = judges;
  }

  add({ turn, score, injections }: SingleJudgment, question: number, category: number): void {
    this.rows.push({ question, category, turn, score });
    if (injections.length > 0) this.withInjections++;
  }

  /** The table of a jury. */
  static jury(tables: readonly SingleTable[]): SingleTable {
    const jury = new SingleTable(
      tables[0]!.model,
      tables.flatMap((table) => table.judges),
    );
    for (const { rows, withInjections } of tables) {
      for (const row of rows) jury.rows.push(row);
      jury.withInjections += withInjections;
    }
    return jury;
  }
}

/** @param categories - their names, by number. */
export function summarizeSingle(
  { model, judges, rows, withInjections }: SingleTable,
  categories: readonly string[],
  { settings, stream }: Resampler,
): SingleSummary {
  const scoresOf = (part: string, own: readonly SingleRow[]) =>
    meanScore(own, { settings, stream: `${stream}/${part}` });
  const ofCategory = categories.flatMap((category, number) => {
    const own = rows.filter((row) => row.category === number);
    return own.length > 0 ? [{ category, ...scoresOf(`category ${category}`, own) }] : [];
  });
  const turns = [...new Set(rows.flatMap(({ turn }) => turn ?? []))].sort((x, y) => x - y);
  const ofTurn = turns.map((turn) => {
    const own = rows.filter((row) => row.turn === turn);
    return { turn, ...scoresOf(`turn ${turn}`, own) };
  });
  return { model, judges, overall: scoresOf('overall', rows), categories: ofCategory, turns: ofTurn, withInjections };
}

function meanScore(rows: readonly SingleRow[], resampler: Resampler): SingleScores {
  const sums = new QuestionSums(2);
  for (const { question, score } of rows) sums.add(question, score === undefined ? 0 : 1, score ?? 0);
  const [scored = 0] = sums.totals();
  const { estimates } = estimate(sums.questions, resampler, (counts) => {
    const [judgments = 0, total = 0] = sums.totals(counts);
    return { mean: ratio(total, judgments) };
  });
  return present({ questions: sums.questions, scored, unparsed: rows.length - scored, mean: estimates.mean });
}
