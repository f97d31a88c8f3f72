import type { Generation, Message } from '../../../conversation/index.js';
import { Random, type Resolved, VicunaError } from '../../../core/index.js';
import type { Question } from '../../types.js';
import { addUsage, noUsage } from '../../usage.js';
import { NearDuplicates } from '../near-duplicates.js';
import type { QuestionGeneratorConfig } from './config.js';
import { parseQuestions } from './parse.js';
import { drawExamples, generationPrompt } from './prompt.js';
import type { FailedCall, GenerationReport, RejectedQuestion } from './report.js';

/** Which questions to make. @public */
export interface QuestionRequest {
  /** What they are to test, as the prompt says it: `coding`, `common-sense`. */
  readonly category: string;
  /** How many are wanted. */
  readonly count: number;
  /** Questions that exist: examples are drawn from them, and none of them is made again. @defaultValue none */
  readonly known?: readonly Question[] | undefined;
}

/** One request on its way: what is known, what was made, and what came of each call. */
export class Batch {
  readonly category: string;
  readonly count: number;
  made = 0;
  readonly #config: Resolved<QuestionGeneratorConfig>;
  readonly #known: readonly Question[];
  readonly #seen: NearDuplicates;
  readonly #random: Random;
  readonly #maxCalls: number;
  readonly #rejected: RejectedQuestion[] = [];
  readonly #failed: FailedCall[] = [];
  #calls = 0;
  #usage = noUsage;
  #overBudget = false;

  constructor({ category, count, known = [] }: QuestionRequest, config: Resolved<QuestionGeneratorConfig>) {
    this.category = category;
    this.count = count;
    this.#config = config;
    this.#known = known;
    this.#seen = new NearDuplicates(known);
    this.#random = Random.fromSeed(config.seed, `questions/${category}`);
    this.#maxCalls = Math.ceil(Math.ceil(count / config.questionsPerCall) * config.patience);
  }

  get goesOn(): boolean {
    return this.made < this.count && this.#calls < this.#maxCalls && !this.#overBudget;
  }

  nextPrompt(): readonly Message[] {
    this.#calls++;
    const { examples, questionsPerCall } = this.#config;
    const wanted = Math.min(questionsPerCall, this.count - this.made);
    return generationPrompt(this.category, wanted, drawExamples(this.#known, this.category, examples, this.#random));
  }

  /** The questions of a reply; none where the call came to nothing. */
  read(reply: Generation | { readonly error: unknown }): readonly string[] {
    if ('error' in reply) {
      const { error } = reply;
      this.#overBudget = VicunaError.isInstance(error) && error.code === 'budget-exceeded';
      this.#failed.push({ reason: 'call-failed', error });
      return [];
    }
    this.#usage = addUsage(this.#usage, reply.usage);
    const questions = parseQuestions(reply.text);
    if (questions === undefined) this.#failed.push({ reason: 'unreadable', text: reply.text });
    return questions ?? [];
  }

  /** @returns whether it is new and wanted: a model may send more than it was asked for. */
  accept({ id, turns }: Question): boolean {
    if (this.made === this.count) return false;
    const text = turns.join('\n');
    const resembles = this.#seen.nearest(text);
    if (resembles !== undefined && resembles.similarity >= this.#config.similarity) {
      this.#rejected.push({ text, reason: 'near-duplicate', resembles });
      return false;
    }
    this.#seen.add(id, text);
    this.made++;
    return true;
  }

  report(): GenerationReport {
    const outcome = this.made === this.count ? 'complete' : this.#overBudget ? 'budget-exceeded' : 'calls-spent';
    return {
      questions: this.made,
      calls: this.#calls,
      usage: this.#usage,
      rejected: this.#rejected,
      failed: this.#failed,
      outcome,
    };
  }
}
