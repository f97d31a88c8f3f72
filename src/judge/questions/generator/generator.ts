import type { ChatModel, ChatOptions, Generation, Message } from '../../../conversation/index.js';
import { type CallOptions, ConfigError, parseConfig, type Resolved, type Run, startRun } from '../../../core/index.js';
import { hashOf, hashOfJson } from '../../../io/index.js';
import type { Question } from '../../types.js';
import { Batch, type QuestionRequest } from './batch.js';
import { generatorConfigSchema, type QuestionGeneratorConfig } from './config.js';
import { replySchema } from './prompt.js';
import type { GenerationReport } from './report.js';

/** What a generator works with. @public */
export interface QuestionGeneratorRuntime {
  /** A strong one: it cannot examine what it could not answer. */
  readonly model: ChatModel;
  /** The time that questions are dated with. @defaultValue the system's clock */
  readonly now?: (() => Date) | undefined;
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

  /**
   * Checks the configuration; nothing is called yet.
   *
   * @throws ConfigError naming every field that is not what it should be.
   */
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
    checkRequest(request);
    return startRun((signal) => this.#generate(new Batch(request, this.#config), signal, options.onProgress), options);
  }

  async *#generate(
    batch: Batch,
    signal: AbortSignal,
    onProgress: CallOptions['onProgress'],
  ): AsyncGenerator<Question, GenerationReport, undefined> {
    const { seed } = this.#config;
    for (let call = 0; batch.goesOn; call++) {
      const messages = batch.nextPrompt();
      const reply = await this.#call(messages, seed + call, signal);
      for (const text of batch.read(reply)) {
        const question = this.#question(batch.category, text, messages, call);
        if (!batch.accept(question)) continue;
        onProgress?.({ phase: 'generate', done: batch.made, total: batch.count });
        yield question;
      }
    }
    return batch.report();
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
