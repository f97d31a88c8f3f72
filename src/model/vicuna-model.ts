import { type Adapter, readAdapter } from '../checkpoint/index.js';
import type { ChatFeature, ChatModel, Generation, Message, PromptTemplate, TextDelta } from '../conversation/index.js';
import { type CallOptions, parseConfig, type Run, startRun, VicunaError } from '../core/index.js';
import type { Engine, KeyValueCache, ModelShape, ModelVectors, ModelWeights, Transformer } from '../engine/index.js';
import type { Tokenizer } from '../tokenizer/index.js';
import type { LlamaConfig, ResolvedLlamaConfig } from './config/llama-config.js';
import { dropEngine } from './engine-choice.js';
import { computeLogits, computeTokenLosses } from './evaluate.js';
import { evaluateWindows, type TextEvaluation } from './evaluate-text.js';
import { DecodeQueue } from './generation/decode-queue.js';
import { assertRoom, fitPrompt } from './generation/fit-prompt.js';
import { generateText, type TextGeneration } from './generation/generate-text.js';
import type { GenerationHost } from './generation/generate-tokens.js';
import { type GgufOptions, saveGguf } from './gguf/save.js';
import { mergeIntoWeights } from './lora/merge.js';
import { asVectors } from './parameters.js';
import { type CreateOptions, createParts, type LoadOptions, loadParts, type ModelParts } from './parts.js';
import { type CompletionOptions, generationSettingsSchema, type VicunaChatOptions } from './sampling/settings.js';
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
export class VicunaModel implements ChatModel, AsyncDisposable {
  readonly id: string;
  readonly features: readonly ChatFeature[] = ['repetition-penalty', 'top-k', 'seed'];
  /** What the model computes with. @internal */
  readonly engine: Engine;
  /** The model's architecture on its engine. @internal */
  readonly transformer: Transformer;
  readonly #parts: ModelParts;
  readonly #weights: WeightStore;
  readonly #queue: DecodeQueue;
  readonly #caches = new Set<KeyValueCache>();
  #isDisposed = false;

  private constructor(parts: ModelParts) {
    this.#parts = parts;
    this.id = parts.id;
    this.engine = parts.chosen.engine;
    this.transformer = parts.transformer;
    this.#weights = new WeightStore(this.engine, parts.weights, parts.id);
    this.#queue = new DecodeQueue(parts.transformer, () => this.weights);
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
   * 5 does it: two different matrices are never tied, whatever `config.json` says.
   *
   * Or a GGUF file of a LLaMA, with its tokenizer: F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q4_K and Q6_K, widened to float32.
   *
   * @param path - of the directory or the file.
   * @throws CheckpointError when files are missing, damaged or do not fit together; VicunaError `model-unsupported` for an
   * architecture that is not computed here, `weights-unsupported` where the engine cannot keep weights as asked.
   */
  static async load(path: string, options: LoadOptions = {}): Promise<VicunaModel> {
    return new VicunaModel(await loadParts(path, options));
  }

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

  /** @internal */
  lendWeights(): Promise<WeightLoan> {
    return this.#queue.exclusive(async () => this.#weights.lend());
  }

  /** @internal */
  get shape(): ModelShape {
    return this.transformer.shape;
  }

  /** How messages become a prompt; saved with the model. */
  get template(): PromptTemplate {
    return this.#parts.template;
  }

  /** @throws VicunaError `tokenizer-unreadable` where the model has none. */
  get tokenizer(): Tokenizer {
    if (this.#parts.tokenizer !== undefined) return this.#parts.tokenizer;
    throw new VicunaError(
      'tokenizer-unreadable',
      `Model ${this.id} has no tokenizer. Put a tokenizer.json into its directory, or pass { tokenizer: await loadTokenizer(path) } when loading it.`,
    );
  }

  /**
   * Answers the last message. The same seed gives the same reply.
   *
   * @throws VicunaError (from the run) `context-overflow` where the messages leave no room for a reply.
   */
  chat(messages: readonly Message[], options: VicunaChatOptions = {}): Run<TextDelta, Generation> {
    return this.#generate(options, async (settings) => {
      const { template, tokenizer, config } = this;
      const prompt = await fitPrompt(messages, template, tokenizer, {
        ...settings,
        contextLength: config.contextLength,
      });
      return { prompt, stop: [...template.stop, template.assistant.end], lead: template.assistant.lead };
    });
  }

  /**
   * Goes on with a text as it stands, without a template.
   *
   * @param prompt - tokenised with the tokenizer's begin token in front.
   */
  complete(prompt: string, options: CompletionOptions = {}): Run<TextDelta, Generation> {
    return this.#generate(options, async () => ({
      prompt: (await this.tokenizer.encode(prompt)).ids,
      stop: [],
      lead: '',
    }));
  }

  /**
   * @param tokens - `[T]`, at least one and at most `config.contextLength`.
   * @returns logits `[T, V]` of what follows each token, row by row.
   */
  logits(tokens: ArrayLike<number>, options: CallOptions = {}): Promise<Float32Array> {
    return this.#evaluate(tokens, (sequence) => computeLogits(this, sequence, options));
  }

  /**
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
    await this.#queue.exclusive(() => mergeIntoWeights(this.engine, this.transformer, parameters, adapter));
  }

  /** Frees the weights, ends chats that still run, and disposes of the engine if the model made it. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    await this.#queue.close(disposed(this.id));
    this.engine.release(...this.#caches);
    this.#weights.release();
    this.#caches.clear();
    await dropEngine(this.#parts.chosen);
  }

  #blockReader(): (block: number, into: Float32Array) => Promise<unknown> {
    // Asked at once, to fail before anything is written.
    void this.parameters;
    return (block, into) => this.#queue.exclusive(() => this.engine.download(this.parameters[block]!, into));
  }

  #generate<Options extends VicunaChatOptions>(
    { signal, onProgress, ...rest }: Options,
    prepare: (settings: ReturnType<typeof parseSettings>) => Promise<Pick<TextGeneration, 'prompt' | 'stop' | 'lead'>>,
  ): Run<TextDelta, Generation> {
    const prepared = async (own: AbortSignal): Promise<TextGeneration> => {
      void this.weights;
      const settings = parseSettings(rest);
      const { prompt, stop, lead } = await prepare(settings);
      const room = this.config.contextLength - prompt.length;
      assertRoom(prompt.length, this.config.contextLength, 'Shorten it.');
      return {
        prompt,
        lead,
        stop: [...stop, ...settings.stop],
        settings,
        maxTokens: Math.min(settings.maxTokens ?? room, room),
        endTokenIds: this.#endTokenIds(),
        decoder: this.tokenizer.streamDecoder({ continuation: true }),
        signal: own,
        onProgress,
      };
    };
    const host = this.#host();
    return startRun(
      async function* (own) {
        return yield* generateText(host, await prepared(own));
      },
      { signal },
    );
  }

  #host(): GenerationHost {
    return {
      queue: this.#queue,
      vocabularySize: this.config.vocabularySize,
      createCache: async (capacity) => {
        const cache = await this.#queue.exclusive(() => this.transformer.createCache(capacity));
        this.#caches.add(cache);
        return cache;
      },
      releaseCache: (cache) => {
        if (this.#caches.delete(cache)) this.engine.release(cache);
      },
    };
  }

  #endTokenIds(): ReadonlySet<number> {
    const { tokenizer, template, config } = this;
    const { end } = template.assistant;
    const templateEnd = template.controlTokens.includes(end) ? tokenizer.tokenToId(end) : undefined;
    const ids = new Set([...config.endTokenIds, ...tokenizer.endTokenIds]);
    return templateEnd === undefined ? ids : ids.add(templateEnd);
  }

  async #evaluate(
    tokens: ArrayLike<number>,
    compute: (tokens: Int32Array) => Promise<Float32Array>,
  ): Promise<Float32Array> {
    void this.weights;
    const { contextLength } = this.config;
    if (tokens.length === 0 || tokens.length > contextLength)
      throw new VicunaError(
        'context-overflow',
        `${tokens.length} tokens cannot be computed at once: from 1 to ${contextLength}, the model's context, can. Split them.`,
      );
    return this.#queue.exclusive(() => compute(Int32Array.from(tokens)));
  }
}

function parseSettings(options: Parameters<typeof generationSettingsSchema.parse>[0]) {
  return parseConfig(generationSettingsSchema, options, 'chat options');
}

function disposed(id: string): VicunaError {
  return new VicunaError('disposed', `Model ${id} has been disposed of. Load it again.`);
}
