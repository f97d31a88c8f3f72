import type { ChatModel } from '../conversation/index.js';
import { type CallOptions, ConfigError, mapInOrder, type Run, type Source, startRun } from '../core/index.js';
import { allDone } from './all-done.js';
import { Brake, Stopped } from './brake.js';
import { JudgeCalls } from './calls.js';
import type { PairwiseJudgeConfig } from './config.js';
import { failureOf, JudgeCallError, type JudgeFailure } from './failures.js';
import { judgePair, pairTask } from './judge-pair.js';
import { judgeSingle, singleTask } from './judge-single.js';
import type { GradeReport, JudgeReport } from './report.js';
import { JudgeSettings } from './settings.js';
import { type JudgeStore, openStore } from './store.js';
import { type Done, GradeTally, judgmentsIn, PairTally } from './tally.js';
import type { AnswerPair, Judgment, PairJudgment, QuestionAnswer, SingleJudgment } from './types.js';

/** Who judges, and where judgments are kept. @public */
export interface PairwiseJudgeRuntime {
  /** The only judge. */
  readonly judge?: ChatModel | undefined;
  /** Instead of `judge`: several, each of which judges everything. Their ids must differ. */
  readonly judges?: readonly ChatModel[] | undefined;
  /**
   * A JSON Lines file to which each reply is appended as soon as it is there, and each judgment. What it holds already is
   * not paid again. Without it nothing is kept.
   */
  readonly store?: string | URL | undefined;
}

/** What a run of a judge accepts. @public */
export interface JudgeOptions extends CallOptions {
  /** Called for each judgment that is missing since a call failed. The report counts them. */
  readonly onFailure?: ((failure: JudgeFailure) => void) | undefined;
}

/** What a kind of run does with an item before one judge. */
interface Work<Kept extends Judgment> {
  readonly key: string;
  readonly names: Pick<JudgeFailure, 'judge' | 'questionId' | 'models'>;
  readonly judge: (calls: JudgeCalls, signal: AbortSignal) => Promise<Kept>;
}

/**
 * Has strong models judge answers, two against each other or one by one, as in the Vicuna evaluation of March 2023 and in
 * MT-bench.
 *
 * Judgments come in the order of the source, those of a jury in the order of its judges. At most `concurrency` calls are
 * under way and twice as many items in memory, however long the source is. Each reply is in the store before it is read:
 * a process that is killed at any instant has lost, and pays again, only the calls that were under way. A reply that
 * cannot be read is asked for once more and then kept with the problem. A call that fails is counted; a rerun with the same
 * store asks for it alone. Once the budget is used up no call begins, and the run ends with what it has.
 *
 * @example
 * ```ts
 * await using judge = await PairwiseJudge.create(
 *   { mode: 'scores' },
 *   { judge: openaiChatModel({ model: 'gpt-4' }), store: 'judgments.jsonl' },
 * );
 * const report = await judge.compare(pairs).result;
 * ```
 *
 * @public
 */
export class PairwiseJudge implements AsyncDisposable {
  readonly #settings: JudgeSettings;
  readonly #judges: readonly ChatModel[];
  readonly #store: JudgeStore | undefined;

  private constructor(settings: JudgeSettings, judges: readonly ChatModel[], store: JudgeStore | undefined) {
    this.#settings = settings;
    this.#judges = judges;
    this.#store = store;
  }

  /**
   * Opens the store. One judge writes to a store at a time.
   *
   * @throws ConfigError where a setting, a template or the jury is wrong.
   * @throws DataError where the store is damaged elsewhere than in its last line; VicunaError `file-unwritable`.
   */
  static async create(config: PairwiseJudgeConfig, runtime: PairwiseJudgeRuntime): Promise<PairwiseJudge> {
    const settings = new JudgeSettings(config);
    const judges = juryOf(runtime);
    return new PairwiseJudge(
      settings,
      judges,
      runtime.store === undefined ? undefined : await openStore(runtime.store),
    );
  }

  /**
   * Compares pairs of answers; modes `scores` and `verdict`.
   *
   * @throws ConfigError in mode `single`.
   * @throws (from the run) what makes every call fail, such as a wrong key; DataError for answers to another question;
   * VicunaError `file-unwritable`.
   */
  compare(pairs: Source<AnswerPair>, options: JudgeOptions = {}): Run<PairJudgment, JudgeReport> {
    const settings = this.#settings;
    const mode = settings.requireMode('compare', 'scores', 'verdict');
    return this.#run(pairs, options, new PairTally(this.#judges.map(({ id }) => id)), (pair, judge) => {
      const task = pairTask(pair, judge, mode, settings);
      return {
        key: task.key,
        names: { judge: judge.id, questionId: pair.question.id, models: [pair.a.model, pair.b.model] },
        judge: (calls, signal) => judgePair(task, calls, signal),
      };
    });
  }

  /**
   * Scores answers one by one; mode `single`.
   *
   * @throws ConfigError in another mode.
   * @throws (from the run) as {@link PairwiseJudge.compare}.
   */
  grade(answers: Source<QuestionAnswer>, options: JudgeOptions = {}): Run<SingleJudgment, GradeReport> {
    const settings = this.#settings;
    settings.requireMode('grade', 'single');
    return this.#run(answers, options, new GradeTally(this.#judges.map(({ id }) => id)), (answered, judge) => {
      const task = singleTask(answered, judge, settings);
      return {
        key: task.key,
        names: { judge: judge.id, questionId: answered.question.id, models: [answered.answer.model] },
        judge: (calls, signal) => judgeSingle(task, calls, signal),
      };
    });
  }

  /** Closes the store. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store?.[Symbol.asyncDispose]();
  }

  #run<Item, Kept extends Judgment, Report>(
    source: Source<Item>,
    options: JudgeOptions,
    tally: TallyOf<Kept, Report>,
    workOf: (item: Item, judge: ChatModel) => Work<Kept>,
  ): Run<Kept, Report> {
    const { concurrency, stopAfterFailures } = this.#settings.config;
    const [judges, store] = [this.#judges, this.#store];
    const finish = <Finished extends Kept>(work: Work<Finished>, calls: JudgeCalls, signal: AbortSignal) =>
      this.#finish(work, calls, signal);
    return startRun<Kept, Report>(async function* (signal) {
      const brake = new Brake(stopAfterFailures);
      const calls = new JudgeCalls(store, brake, concurrency);
      const judgeItem = async (item: Item, itemSignal: AbortSignal) =>
        allDone(judges.map((judge) => workOf(item, judge)).map((work) => finish(work, calls, itemSignal)));
      const window = 2 * concurrency;
      for await (const done of mapInOrder(source, judgeItem, { window, signal, stopped: () => brake.stopped })) {
        tally.add(done);
        for (const one of done) if (one.kind === 'failed') options.onFailure?.(one.failure);
        yield* judgmentsIn(done);
        options.onProgress?.({ phase: 'judge', done: tally.taken });
      }
      return tally.report(calls, brake);
    }, options);
  }

  async #finish<Kept extends Judgment>(work: Work<Kept>, calls: JudgeCalls, signal: AbortSignal): Promise<Done<Kept>> {
    if (this.#store?.has(work.key)) {
      const judgment = (await this.#store.get(work.key)) as Kept;
      return { kind: 'judged', judgment, reused: true };
    }
    try {
      const judgment = await work.judge(calls, signal);
      await this.#store?.append(judgment);
      return { kind: 'judged', judgment, reused: false };
    } catch (error) {
      if (error instanceof Stopped) return { kind: 'not-asked' };
      if (error instanceof JudgeCallError) return { kind: 'failed', failure: failureOf(error.error, work.names) };
      throw error;
    }
  }
}

interface TallyOf<Kept extends Judgment, Report> {
  readonly taken: number;
  add(done: readonly Done<Kept>[]): void;
  report(calls: JudgeCalls, brake: Brake): Report;
}

function juryOf({ judge, judges }: PairwiseJudgeRuntime): readonly ChatModel[] {
  const all = judges ?? (judge === undefined ? [] : [judge]);
  const subject = 'PairwiseJudge runtime';
  if (judge !== undefined && judges !== undefined)
    throw new ConfigError(subject, [{ path: 'judge', message: 'must not stand beside judges' }]);
  if (all.length === 0) throw new ConfigError(subject, [{ path: 'judge', message: 'must be a chat model' }]);
  const ids = new Set<string>();
  for (const [index, { id }] of all.entries()) {
    if (ids.has(id))
      throw new ConfigError(subject, [
        { path: `judges.${index}`, message: `has the id ${JSON.stringify(id)} of an earlier judge` },
      ]);
    ids.add(id);
  }
  return all;
}
