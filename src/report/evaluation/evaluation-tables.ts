import type { Vote } from '../../conversation/index.js';
import type { Judgment, OrderedReply, PairJudgment, SingleJudgment } from '../../judge/index.js';
import { HUMANS } from './agreement.js';
import { Numbering } from './numbering.js';
import { PairTable, sideOf } from './pair-table.js';
import { RaterOutcomes } from './rater-outcomes.js';
import { ComparisonList } from './ratings.js';
import { SingleTable } from './single.js';
import type { EvaluationCounts, JudgeSummary } from './summary.js';
import { VoteTable } from './votes.js';

interface JudgeTally {
  judgments: number;
  calls: number;
  unparsed: number;
  usage: { promptTokens: number; completionTokens: number };
}

/** All that a summary needs of judgments and votes: numbers by question, and no text. */
export class EvaluationTables {
  readonly models = new Numbering();
  readonly categories = new Numbering();
  readonly comparisons = new ComparisonList();
  readonly outcomes = new RaterOutcomes();
  readonly votes = new VoteTable();
  readonly #questions = new Numbering();
  readonly #keys = new Set<string>();
  readonly #judges = new Map<string, JudgeTally>();
  /** By models and mode, then by judge. */
  readonly #pairs = new Map<string, Map<string, PairTable>>();
  /** By model, then by judge. */
  readonly #singles = new Map<string, Map<string, SingleTable>>();
  readonly #counts = { pairJudgments: 0, singleJudgments: 0, repeated: 0, unparsed: 0, withInjections: 0 };

  add(judgment: Judgment): void {
    if (this.#keys.has(judgment.key)) {
      this.#counts.repeated++;
      return;
    }
    this.#keys.add(judgment.key);
    const question = this.#questions.of(judgment.questionId);
    const category = this.categories.of(judgment.category);
    if (judgment.injections.length > 0) this.#counts.withInjections++;
    if (judgment.type === 'pair') this.#addPair(judgment, question, category);
    else this.#addSingle(judgment, question, category);
  }

  addVote(vote: Vote): void {
    this.votes.add(vote, (model) => this.models.of(model));
    const isJudged = vote.question !== undefined && this.#questions.has(vote.question);
    if (isJudged) {
      const outcome = vote.outcome === 'both-bad' ? 'tie' : vote.outcome;
      this.#addOutcome(HUMANS, this.#questions.of(vote.question), vote.models, outcome);
    }
  }

  get counts(): EvaluationCounts {
    return {
      judgments: this.#counts.pairJudgments + this.#counts.singleJudgments,
      ...this.#counts,
      questions: this.#questions.size,
      votes: this.votes.votes,
    };
  }

  get judges(): JudgeSummary[] {
    return [...this.#judges].map(([judge, tally]) => ({ judge, ...tally }));
  }

  /**
   * Of each question, its place among all by id. What is resampled is put in this order, so that numbers do not depend on
   * which call of several at once was answered first.
   */
  questionRanks(): Int32Array {
    return this.#questions.ranks();
  }

  /** One for each judge, then the jury's where there are several. */
  *pairTables(): Generator<PairTable> {
    const ranks = this.questionRanks();
    for (const byJudge of this.#pairs.values())
      for (const table of withJury(byJudge, PairTable.jury)) {
        table.rows.sort((x, y) => ranks[x.question]! - ranks[y.question]!);
        yield table;
      }
  }

  *singleTables(): Generator<SingleTable> {
    const ranks = this.questionRanks();
    for (const byJudge of this.#singles.values())
      for (const table of withJury(byJudge, SingleTable.jury)) {
        table.rows.sort((x, y) => ranks[x.question]! - ranks[y.question]!);
        yield table;
      }
  }

  #addPair(judgment: PairJudgment, question: number, category: number): void {
    const { models, mode, judge, outcome, replies } = judgment;
    this.#counts.pairJudgments++;
    this.#tally(judge, replies, outcome === 'unparsed');
    const [a, b] = [this.models.of(models.a), this.models.of(models.b)];
    const byJudge = entry(this.#pairs, `${mode} ${pairKey(a, b)}`, () => new Map<string, PairTable>());
    // As the two first came with any judge, so that a jury's tables lie the same way.
    const header = [...byJudge.values()][0]?.header ?? { models: { ...models }, mode };
    entry(byJudge, judge, () => new PairTable(header, [judge])).add(judgment, question, category);
    if (outcome === 'unparsed') return;
    this.comparisons.add(question, a, b, sideOf(outcome, false));
    this.#addOutcome(judge, question, models, outcome);
  }

  #addSingle(judgment: SingleJudgment, question: number, category: number): void {
    const { model, judge, score } = judgment;
    this.#counts.singleJudgments++;
    this.#tally(judge, [judgment], score === undefined);
    this.models.of(model);
    const byJudge = entry(this.#singles, model, () => new Map<string, SingleTable>());
    entry(byJudge, judge, () => new SingleTable(model, [judge])).add(judgment, question, category);
  }

  #addOutcome(rater: string, question: number, models: PairJudgment['models'], outcome: 'a' | 'b' | 'tie'): void {
    const [a, b] = [this.models.of(models.a), this.models.of(models.b)];
    this.outcomes.add(rater, question, pairKey(a, b), sideOf(outcome, a > b));
  }

  #tally(judge: string, replies: readonly Pick<OrderedReply, 'attempts' | 'usage'>[], isUnparsed: boolean): void {
    const tally = entry(this.#judges, judge, () => ({
      judgments: 0,
      calls: 0,
      unparsed: 0,
      usage: { promptTokens: 0, completionTokens: 0 },
    }));
    tally.judgments++;
    for (const { attempts, usage } of replies) {
      tally.calls += attempts;
      tally.usage.promptTokens += usage?.promptTokens ?? 0;
      tally.usage.completionTokens += usage?.completionTokens ?? 0;
    }
    if (!isUnparsed) return;
    tally.unparsed++;
    this.#counts.unparsed++;
  }
}

/** The jury has its judges in the order of their names. */
function* withJury<Table>(byJudge: ReadonlyMap<string, Table>, jury: (tables: readonly Table[]) => Table) {
  yield* byJudge.values();
  if (byJudge.size < 2) return;
  const judges = [...byJudge].sort(([x], [y]) => (x < y ? -1 : 1));
  yield jury(judges.map(([, table]) => table));
}

const pairKey = (a: number, b: number) => `${Math.min(a, b)} ${Math.max(a, b)}`;

function entry<Key, Value>(map: Map<Key, Value>, key: Key, create: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = create();
    map.set(key, value);
  }
  return value;
}
