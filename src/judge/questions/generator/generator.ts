import type { ChatModel, ChatOptions, Generation, Message } from '../../../conversation/index.js';
import {
  type CallOptions,
  ConfigError,
  parseConfig,
  Random,
  type Resolved,
  type Run,
  startRun,
  VicunaError,
} from '../../../core/index.js';
import { hashOf, hashOfJson } from '../../../io/index.js';
import type { Question } from '../../types.js';
import { addUsage, noUsage } from '../../usage.js';
import { NearDuplicates } from '../near-duplicates.js';
import { generatorConfigSchema, type QuestionGeneratorConfig } from './config.js';
import { parseQuestions } from './parse.js';
import { drawExamples, generationPrompt, replySchema } from './prompt.js';
import type { FailedCall, GenerationReport, RejectedQuestion } from './report.js';

/** What a generator works with. @public */
export interface QuestionGeneratorRuntime {
  /** A strong one: it cannot examine what it could not answer. */
  readonly model: ChatModel;
  /** The time that questions are dated with. @defaultValue the system's clock */
  readonly now?: (() => Date) | undefined;
}

/** Which questions to make. @public */
export interface QuestionRequest {
  readonly category: string;
  readonly count: number;
  /** Questions that exist: examples are drawn from them, and none of them is made again. @defaultValue none */
  readonly known?: readonly Question[] | undefined;
}

/**
 * Asks a strong model for new hard questions, and refuses those that are nearly the same as one it knows or has made.
 *
 * Each question's `metadata.generated` says who made it: `model`, `prompt` (hash of the messages), `seed`, `call` and `time`.
 * Its id is its category and the hash of its text. Whether a question is good, a person should say before it counts.
 *
 * @example
 * ```ts
 * const generator = await QuestionGenerator.create({}, { model: openaiChatModel({ model: 'gpt-4' }) });
 * const run = generator.generate({ category: 'fermi', count: 20, known: await vicunaQuestions() });
 * for await (const question of run) console.log(question.turns[0]);
 * ```
 *
 * @public
 */
export class QuestionGenerator {
  readonly #config: Resolved<QuestionGeneratorConfig>;
  readonly #model: ChatModel;
  readonly #now: () => Date;

  private constructor(config: Resolved<QuestionGeneratorConfig>, { model, now }: QuestionGeneratorRuntime) {
    this.#config = config;
    this.#model = model;
    this.#now = now ?? (() => new Date());
  }

  /** @throws ConfigError naming every field that is not what it should be. */
  static async create(config: QuestionGeneratorConfig, runtime: QuestionGeneratorRuntime): Promise<QuestionGenerator> {
    return new QuestionGenerator(parseConfig(generatorConfigSchema, config, 'QuestionGenerator config'), runtime);
  }

  /**
   * Makes questions until there are as many as asked for or the calls are spent. A call that fails or cannot be read is
   * counted with its cause, and so is every question that is refused.
   *
   * @throws ConfigError (at once) for a count below 1 or a category without a name.
   */
  generate(request: QuestionRequest, options: CallOptions = {}): Run<Question, GenerationReport> {
    const { category, count, known = [] } = request;
    checkRequest(request);
    const { questionsPerCall, patience, examples, seed, similarity } = this.#config;
    return startRun(
      async function* (this: QuestionGenerator, signal: AbortSignal) {
        const seen = new NearDuplicates(known);
        const random = Random.fromSeed(seed, `questions/${category}`);
        const rejected: RejectedQuestion[] = [];
        const failed: FailedCall[] = [];
        const maxCalls = Math.ceil(Math.ceil(count / questionsPerCall) * patience);
        let [made, calls, usage] = [0, 0, noUsage];
        let outcome: GenerationReport['outcome'] | undefined;
        while (made < count && calls < maxCalls && outcome === undefined) {
          const wanted = Math.min(questionsPerCall, count - made);
          const messages = generationPrompt(category, wanted, drawExamples(known, category, examples, random));
          const call = calls++;
          const reply = await this.#call(messages, seed + call, signal);
          if ('error' in reply) {
            failed.push({ reason: 'call-failed', error: reply.error });
            if (VicunaError.isInstance(reply.error) && reply.error.code === 'budget-exceeded')
              outcome = 'budget-exceeded';
            continue;
          }
          usage = addUsage(usage, reply.usage);
          const texts = parseQuestions(reply.text);
          if (texts === undefined) failed.push({ reason: 'unreadable', text: reply.text });
          for (const text of texts ?? []) {
            const resembles = seen.nearest(text);
            if (resembles !== undefined && resembles.similarity >= similarity) {
              rejected.push({ text, reason: 'near-duplicate', resembles });
              continue;
            }
            if (made === count) break;
            const question = this.#question(category, text, messages, call);
            seen.add(question.id, text);
            made++;
            options.onProgress?.({ phase: 'generate', done: made, total: count });
            yield question;
          }
        }
        outcome ??= made === count ? 'complete' : 'calls-spent';
        return { questions: made, calls, usage, rejected, failed, outcome };
      }.bind(this),
      options,
    );
  }

  async #call(
    messages: readonly Message[],
    seed: number,
    signal: AbortSignal,
  ): Promise<Generation | { readonly error: unknown }> {
    const { maxTokens, temperature } = this.#config;
    const can = this.#model.features;
    const options: ChatOptions = {
      maxTokens,
      signal,
      ...(temperature !== 'model' && { temperature }),
      ...(can.includes('seed') && { seed }),
      ...(can.includes('json-schema') && {
        responseFormat: { type: 'json-schema', name: 'questions', schema: replySchema },
      }),
    };
    try {
      return await this.#model.chat(messages, options).result;
    } catch (error) {
      signal.throwIfAborted();
      return { error };
    }
  }

  #question(category: string, text: string, messages: readonly Message[], call: number): Question {
    const { seed } = this.#config;
    const time = this.#now().toISOString();
    const generated = { model: this.#model.id, prompt: hashOfJson(messages), seed: seed + call, call, time };
    return { id: `${category}-${hashOf(text).slice(0, 12)}`, category, turns: [text], metadata: { generated } };
  }
}

function checkRequest({ category, count }: QuestionRequest): void {
  const issues = [
    ...(category.trim() === '' ? [{ path: 'category', message: 'must not be empty' }] : []),
    ...(Number.isSafeInteger(count) && count > 0 ? [] : [{ path: 'count', message: 'must be a whole number from 1' }]),
  ];
  if (issues.length > 0) throw new ConfigError('This request for questions', issues);
}
