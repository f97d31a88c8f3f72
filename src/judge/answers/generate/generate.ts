import type { ChatModel, Usage } from '../../../conversation/index.js';
import { ConfigError, type ConfigIssue, parseConfig, type Run, startRun } from '../../../core/index.js';
import type { Answer, Question } from '../../types.js';
import { addUsage, noUsage } from '../../usage.js';
import { type AnswerLog, openAnswerLog } from '../stored-answer.js';
import { temperatureFinder } from '../temperatures.js';
import { type AnswerSettings, answersConfigSchema, type GenerateAnswersOptions } from './config.js';
import { ModelWatch } from './model-watch.js';
import { overlap } from './overlap.js';
import type { AnswerFailure, AnswersReport } from './report.js';
import { type AnswerJob, respond } from './respond.js';

/**
 * Asks every model every question. Answers come as they are finished, those of the store too; questions are begun in their
 * order, and for each the models in theirs. A second turn is asked in the conversation of the first.
 *
 * What fails, fails alone: it is counted with its cause, and the run goes on. A model whose budget has no room for another
 * call is asked no more; calls under way are finished and kept. Aborting, or leaving the loop, loses the calls under
 * way and nothing else.
 *
 * @example
 * ```ts
 * const run = generateAnswers([vicuna, alpaca], await vicunaQuestions(), { store: 'answers.jsonl' });
 * for await (const answer of run) console.log(answer.model, answer.questionId);
 * const { failures, stopped } = await run.result;
 * ```
 *
 * @throws ConfigError (at once) for options that cannot be, and for models or questions with one id.
 * @throws (from the run) VicunaError `file-unwritable`, DataError where the store is damaged.
 * @public
 */
export function generateAnswers(
  models: readonly ChatModel[],
  questions: readonly Question[],
  options: GenerateAnswersOptions = {},
): Run<Answer, AnswersReport> {
  const { store, signal: own, onProgress, ...config } = options;
  const settings = parseConfig(answersConfigSchema, config, 'generateAnswers options');
  checkIds(models, questions);
  return startRun(
    async function* (signal) {
      await using log = store === undefined ? undefined : await openAnswerLog(store);
      const total = models.length * questions.length;
      let done = 0;
      const tally = new Tally(settings, log);
      const jobs = jobsOf(models, questions, settings);
      const { concurrency } = settings;
      for await (const answer of overlap(jobs, (job, end) => tally.answer(job, end), { concurrency, signal })) {
        onProgress?.({ phase: 'answer', done: ++done, total });
        if (answer !== undefined) yield answer;
      }
      return tally.report();
    },
    { signal: own },
  );
}

function* jobsOf(
  models: readonly ChatModel[],
  questions: readonly Question[],
  { temperature, temperatures, maxTokens, seed, system }: AnswerSettings,
): Generator<AnswerJob> {
  const byCategory = temperatureFinder(temperatures);
  for (const question of questions)
    for (const model of models) {
      const chosen = temperature === 'category' ? byCategory(question) : temperature;
      const options = {
        maxTokens,
        ...(chosen !== 'model' && { temperature: chosen }),
        ...(seed !== undefined && model.features.includes('seed') && { seed }),
      };
      yield { model, question, system, options };
    }
}

/** Counts what becomes of the jobs. */
class Tally {
  readonly #log: AnswerLog | undefined;
  readonly #watch: ModelWatch;
  readonly #failures: AnswerFailure[] = [];
  readonly #counts = { answers: 0, reused: 0, unfinished: 0, calls: 0 };
  #usage = noUsage;

  constructor(settings: AnswerSettings, log: AnswerLog | undefined) {
    this.#log = log;
    this.#watch = new ModelWatch(settings.stopAfterFailures);
  }

  async answer(job: AnswerJob, signal: AbortSignal): Promise<Answer | undefined> {
    const { model, question } = job;
    let calls = 0;
    const onCall = (usage: Usage) => {
      calls++;
      this.#counts.calls++;
      this.#usage = addUsage(this.#usage, usage);
      this.#watch.succeeded(model.id);
    };
    const response = await respond(job, this.#log, { mayCall: () => this.#watch.mayCall(model.id), onCall }, signal);
    if (response.type === 'answer') return this.#answered(response.answer, calls === 0);
    const failed = response.type === 'failure' && this.#watch.failed(model.id, response.error);
    if (failed)
      this.#failures.push({ questionId: question.id, model: model.id, turn: response.turn, error: response.error });
    else this.#watch.unasked(model.id);
    return undefined;
  }

  report(): AnswersReport {
    const torn = this.#log?.torn;
    const stopped = this.#watch.report();
    return { ...this.#counts, usage: this.#usage, failures: this.#failures, stopped, ...(torn && { torn }) };
  }

  #answered(answer: Answer, reused: boolean): Answer {
    this.#counts.answers++;
    if (reused) this.#counts.reused++;
    if (answer.unfinished) this.#counts.unfinished++;
    return answer;
  }
}

/** A key of the store says which question and which model by their ids. */
function checkIds(models: readonly ChatModel[], questions: readonly Question[]): void {
  const issues: ConfigIssue[] = [];
  for (const [path, things] of Object.entries({ models, questions })) {
    const seen = new Set<string>();
    for (const [index, { id }] of things.entries()) {
      if (seen.has(id)) issues.push({ path: `${path}.${index}`, message: `a second one has the id "${id}"` });
      seen.add(id);
    }
  }
  if (issues.length > 0) throw new ConfigError('generateAnswers arguments', issues);
}
