import { type Adapter, readAdapter } from '../checkpoint/index.js';
import type {
  ChatModel,
  CompletionModel,
  Embedding,
  EmbeddingModel,
  Generation,
  Message,
  PromptTemplate,
  TextDelta,
} from '../conversation/index.js';
import { type CallOptions, type Run, startRun } from '../core/index.js';
import type { Engine, ModelShape, ModelVectors, ModelWeights, Transformer } from '../engine/index.js';
import type { Tokenizer } from '../tokenizer/index.js';
import { EngineTurns } from './batching/engine-turns.js';
import type { ModelLoad } from './batching/load.js';
import { Scheduler } from './batching/scheduler.js';
import type { LlamaConfig, ResolvedLlamaConfig } from './config/llama-config.js';
import { computeFinalHidden, embedTexts } from './embed.js';
import { dropEngine } from './engine-choice.js';
import { assertOneContext, computeLogits, computeTokenLosses } from './evaluate.js';
import { evaluateWindows, type TextEvaluation } from './evaluate-text.js';
import { chatContinuation, textContinuation } from './generation/continuations.js';
import { generateText } from './generation/generate-text.js';
import { type Continuation, parseSettings, prepareGeneration } from './generation/prepare.js';
import { type GgufOptions, saveGguf } from './gguf/save.js';
import { mergeIntoWeights } from './lora/merge.js';
import { disposed, withoutTokenizer } from './model-errors.js';
import { asVectors } from './parameters.js';
import { type CreateOptions, createParts, type LoadOptions, loadParts, type ModelParts } from './parts.js';
import {
  type CompletionOptions,
  type GenerationSettings,
  honoured,
  type VicunaChatOptions,
} from './sampling/settings.js';
import { type SaveOptions, saveModel, writeDescription } from './save.js';
import { type WeightLoan, WeightStore } from './weight-store.js';

/**
 * A LLaMA on an engine: make one, load one, chat with it, train it, save it.
 *
 * Several chats may run at once; they are computed together. Dispose of the model when done (`await using`): its weights
 * are outside of JavaScript's memory.
 *
 * @example
 * ```ts
 * await using model = await VicunaModel.load('vicuna-7b');
 * for await (const { text } of model.chat([{ role: 'user', content: 'Hello!' }])) process.stdout.write(text);
 * ```
 *
 * @public
 */
export class VicunaModel implements ChatModel, CompletionModel, EmbeddingModel, AsyncDisposable {
  /** Names the model in stores, reports and logs. */
  readonly id: string;
  /** What it can do of the options that not every model can honour. */
  readonly features = honoured;
  /** What the model computes with. @internal */
  readonly engine: Engine;
  /** The model's architecture on its engine. @internal */
  readonly transformer: Transformer;
  readonly #parts: ModelParts;
  readonly #weights: WeightStore;
  readonly #turns = new EngineTurns();
  readonly #scheduler: Scheduler;
  #isDisposed = false;

  private constructor(parts: ModelParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.engine = parts.chosen.engine;
    this.transformer = parts.transformer;
    this.#weights = new WeightStore(this.engine, parts.weights, parts.id);
    const { transformer, onStep } = parts;
    const release = this.engine.release.bind(this.engine);
    const host = { transformer, turns: this.#turns, weights: () => this.weights, release, onStep };
    this.#scheduler = new Scheduler(host, parts.batching);
  }

  /**
   * Makes a new model with random weights, the same for the same seed.
   *
   * @throws ConfigError naming the fields that cannot be.
   * @throws VicunaError `engine-unavailable` when no engine loads.
   */
  static async create(config: LlamaConfig, options: CreateOptions = {}): Promise<VicunaModel> {
    return new VicunaModel(await createParts(config, options));
  }

  /**
   * Loads a Hugging Face directory: `config.json` of transformers 4 or 5, safetensors in one file or sharded (float32,
   * float16, bfloat16; widened to float32), and `tokenizer.json` where there is one. Embeddings are tied as transformers
   * 5 does it: two different matrices are never tied, whatever `config.json` says. Or a GGUF file of a LLaMA, with its tokenizer: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q4_K and Q6_K, widened to float32.
   *
   * @param path - of the directory or the file.
   * @throws CheckpointError when files are missing, damaged or do not fit together; VicunaError `model-unsupported` for an
   * architecture that is not computed here, `weights-unsupported` where the engine cannot keep weights as asked.
   */
  static async load(path: string, options: LoadOptions = {}): Promise<VicunaModel> {
    return new VicunaModel(await loadParts(path, options));
  }

  /** What it is doing now: how many calls run and wait, and the memory they take. */
  get currentLoad(): ModelLoad {
    return this.#scheduler.load;
  }

  /** The architecture, defaults filled in, as `config.json` has it. */
  get config(): ResolvedLlamaConfig {
    return this.#parts.description.config;
  }

  /**
   * Weights for inference, block by block in the order of `transformer.blocks`.
   *
   * @throws VicunaError `model-in-training` or `weights-lost` where they are elsewhere.
   * @internal
   */
  get weights(): ModelWeights {
    if (this.#isDisposed) throw disposed(this.id);
    return this.#weights.all;
  }

  /**
   * One vector a block, changed in place by training on one rank. @throws VicunaError `weights-unsupported` @internal
   */
  get parameters(): ModelVectors {
    return asVectors(this.weights, this.id);
  }

  /** Gives the weights to a training, which gives them back. @internal */
  lendWeights(): Promise<WeightLoan> {
    return this.#turns.exclusive(async () => {
      this.#scheduler.forget();
      return this.#weights.lend();
    });
  }

  /** The sizes that the engine computes with. @internal */
  get shape(): ModelShape {
    return this.transformer.shape;
  }

  /** How messages become a prompt; saved with the model. */
  get template(): PromptTemplate {
    return this.#parts.template;
  }

  /**
   * What turns texts into tokens and back.
   *
   * @throws VicunaError `tokenizer-unreadable` where the model has none.
   */
  get tokenizer(): Tokenizer {
    if (this.#parts.tokenizer === undefined) throw withoutTokenizer(this.id);
    return this.#parts.tokenizer;
  }

  /**
   * Answers the last message. The same seed gives the same reply.
   *
   * @throws VicunaError (from the run) `context-overflow` where the messages leave no room for a reply.
   */
  chat(messages: readonly Message[], options: VicunaChatOptions = {}): Run<TextDelta, Generation> {
    return this.#generate(options, (settings) => chatContinuation(this, messages, settings));
  }

  /**
   * Goes on with a text as it stands, without a template.
   *
   * @param prompt - tokenised with the tokenizer's begin token in front.
   */
  complete(prompt: string, options: CompletionOptions = {}): Run<TextDelta, Generation> {
    return this.#generate(options, () => textContinuation(this.tokenizer, prompt));
  }

  /**
   * Texts as points: the mean of the final hidden states over a text's tokens, scaled to length 1.
   * @param texts - each from one token to `config.contextLength`, the begin token included.
   * @throws VicunaError `context-overflow` naming the text that is longer.
   */
  async embed(texts: readonly string[], options: CallOptions = {}): Promise<readonly Embedding[]> {
    void this.weights;
    const { tokenizer, config } = this;
    const compute = (batch: readonly Int32Array[]) =>
      this.#turns.exclusive(() => computeFinalHidden(this, batch, { signal: options.signal }));
    return embedTexts({ texts, tokenizer, contextLength: config.contextLength, compute }, options);
  }

  /**
   * Predicts what follows each token, without cache or batching.
   *
   * @param tokens - `[T]`, at least one and at most `config.contextLength`.
   * @returns logits `[T, V]` of what follows each token, row by row.
   */
  logits(tokens: ArrayLike<number>, options: CallOptions = {}): Promise<Float32Array> {
    return this.#evaluate(tokens, (sequence) => computeLogits(this, sequence, options));
  }

  /**
   * Tells how well each token was predicted.
   *
   * @param tokens - `[T]`, at least one and at most `config.contextLength`.
   * @returns `-log p` of each token given those before it `[T]`, in nats; 0 for the first.
   */
  tokenLosses(tokens: ArrayLike<number>, options: CallOptions = {}): Promise<Float32Array> {
    return this.#evaluate(tokens, (sequence) => computeTokenLosses(this, sequence, options));
  }

  /** How well the model predicts a text of any length. */
  async evaluate(text: string, options: CallOptions = {}): Promise<TextEvaluation> {
    const { ids } = await this.tokenizer.encode(text);
    const losses = (window: Int32Array, own: CallOptions) => this.tokenLosses(window, own);
    return evaluateWindows(ids, this.config.contextLength, losses, options);
  }

  /**
   * Saves a Hugging Face directory that transformers and {@link VicunaModel.load} read. It appears whole or not at all,
   * also in the place of a model that was saved there before.
   *
   * @throws VicunaError `file-unwritable` where something else is in the way, `weights-unsupported` where the weights were
   * rounded when the model was loaded.
   */
  async save(directory: string, options: SaveOptions = {}): Promise<void> {
    const { blocks } = this.transformer;
    await saveModel(directory, { ...this.#parts, blocks, readBlock: this.#blockReader() }, options);
  }

  /**
   * Saves a GGUF file with its tokenizer and chat template, which llama.cpp and {@link VicunaModel.load} read. It appears
   * whole or not at all.
   *
   * @throws TokenizerError where llama.cpp would tokenise otherwise than the model's tokenizer.
   * @throws VicunaError `file-unwritable` where something else is in the way, `weights-unsupported` where the weights were
   * rounded when the model was loaded.
   */
  async saveGguf(path: string, options: GgufOptions = {}): Promise<void> {
    await saveGguf(path, { ...this.#parts, readBlock: this.#blockReader() }, options);
  }

  /** Writes what {@link VicunaModel.save} does, but for the weights. @internal */
  readonly describe = (directory: string) => writeDescription(directory, this.#parts, 'float32');

  /**
   * Adds a LoRA adapter in peft's format to the weights, in place: from then on the model computes, and saves, what it
   * would with the adapter beside it. Chats under way go on with the new weights.
   * @param directory - `adapter_config.json` and `adapter_model.safetensors`, written here or by peft.
   * @throws VicunaError `model-unsupported` naming what is no plain LoRA, `weights-unsupported` where the model's weights
   * were rounded when it was loaded.
   * @throws CheckpointError when files are missing, damaged or belong to another model. The weights are then unchanged.
   */
  async mergeAdapter(directory: string, { signal }: Pick<CallOptions, 'signal'> = {}): Promise<void> {
    const adapter = await readAdapter(directory, this.shape, signal);
    signal?.throwIfAborted();
    await this.addAdapter(adapter);
  }

  /** Adds an adapter to the weights, in place. @internal */
  async addAdapter(adapter: Adapter): Promise<void> {
    const { parameters } = this;
    await this.#turns.exclusive(() => {
      this.#scheduler.forget();
      return mergeIntoWeights(this.engine, this.transformer, parameters, adapter);
    });
  }

  /** Frees the weights, ends chats that still run, and disposes of the engine if the model made it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    await this.#scheduler.close(disposed(this.id));
    this.#weights.release();
    await dropEngine(this.#parts.chosen);
  }

  #blockReader(): (block: number, into: Float32Array) => Promise<unknown> {
    // Asked at once, to fail before anything is written.
    void this.parameters;
    return (block, into) => this.#turns.exclusive(() => this.engine.download(this.parameters[block]!, into));
  }

  #generate(
    options: VicunaChatOptions,
    prompt: (settings: GenerationSettings) => Promise<Continuation>,
  ): Run<TextDelta, Generation> {
    const { signal, onProgress } = options;
    const prepare = async (own: AbortSignal) => {
      void this.weights;
      const settings = parseSettings(options);
      return prepareGeneration(this, settings, await prompt(settings), { signal: own, onProgress });
    };
    const scheduler = this.#scheduler;
    return startRun(
      async function* (own) {
        return yield* generateText(scheduler, await prepare(own));
      },
      { signal },
    );
  }

  async #evaluate(
    tokens: ArrayLike<number>,
    compute: (tokens: Int32Array) => Promise<Float32Array>,
  ): Promise<Float32Array> {
    void this.weights;
    assertOneContext(tokens.length, this.config.contextLength);
    return this.#turns.exclusive(() => compute(Int32Array.from(tokens)));
  }
}
