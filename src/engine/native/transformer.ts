import { assertBatch, IGNORED_LABEL, nextTokenTargets, type PackedBatch, sequenceIds } from '../batch.js';
import { assertCapacity, assertCopy } from '../cache-limits.js';
import type {
  BatchHandle,
  BlockWeights,
  CompressedFormat,
  CompressedWeights,
  DecodeRequest,
  HeadLoss,
  HeadLossOptions,
  HeadWeights,
  KeyValueCache,
  LayerActivations,
  LayerAdapter,
  LayerForward,
  ModelWeights,
  Transformer,
  Vector,
} from '../engine.js';
import { type BlockLayout, modelBlocks } from '../layout.js';
import { ropeFrequencies } from '../rope.js';
import { assertShape, type ModelShape } from '../shape.js';
import type { CacheHandle, TransformerHandle } from './addon.js';
import { impossible, TransformerArguments } from './arguments.js';
import { planDecoding } from './decode-plan.js';
import { NativeActivations, NativeBatch, NativeCache, NativeCompressed, NativeVector } from './handles.js';
import type { Runtime } from './runtime.js';

// T tokens, C hidden size, V vocabulary size.

/** A LLaMA computed by the addon: every method is one call, which checks what it was given and names what it returns. */
export class NativeTransformer implements Transformer {
  readonly shape: ModelShape;
  readonly blocks: readonly BlockLayout[];
  readonly #runtime: Runtime;
  readonly #inner: TransformerHandle;
  readonly #arguments: TransformerArguments;

  constructor(runtime: Runtime, shape: ModelShape) {
    assertShape(shape);
    this.shape = shape;
    this.blocks = modelBlocks(shape);
    this.#arguments = new TransformerArguments(runtime, this);
    this.#runtime = runtime;
    const { vocabularySize, hiddenSize, layers, heads, keyValueHeads, headSize, ffnSize, rmsNormEpsilon } = shape;
    const sizes = [vocabularySize, hiddenSize, layers, heads, keyValueHeads, headSize, ffnSize, rmsNormEpsilon];
    this.#inner = runtime.addon.createTransformer(
      runtime.engine,
      Float64Array.of(...sizes, shape.tiedEmbeddings ? 1 : 0),
      ropeFrequencies(shape),
    );
  }

  async batch(batch: PackedBatch): Promise<BatchHandle> {
    assertBatch(batch, this.shape.vocabularySize);
    const targets = nextTokenTargets(batch);
    const supervised = targets.reduce((count, target) => (target === IGNORED_LABEL ? count : count + 1), 0);
    const { addon, handles } = this.#runtime;
    const inner = await this.#runtime.run('batch', () =>
      addon.createBatch(batch.tokens, targets, batch.sequenceStarts, sequenceIds(batch)),
    );
    return handles.add(new NativeBatch(inner, batch.tokens.length, supervised));
  }

  async compress(block: number, parameters: Vector, format: CompressedFormat): Promise<CompressedWeights> {
    const layout = this.blocks[block];
    if (layout === undefined)
      return impossible(`the model has ${this.blocks.length} blocks and none of number ${block}`);
    const vector = this.#arguments.parameters(parameters, layout);
    const [inner, bytes] = await this.#runtime.run('compress', () =>
      this.#runtime.addon.compress(this.#inner, vector.inner, layout.kind, format),
    );
    return this.#runtime.handles.add(new NativeCompressed(inner, bytes, this, layout.kind, format));
  }

  async embeddingForward(parameters: BlockWeights, batch: BatchHandle): Promise<Vector> {
    const table = this.#arguments.weights(parameters, this.blocks[0]!);
    const { inner } = this.#arguments.batch(batch);
    const output = this.#runtime.run('embedding forward', () =>
      this.#runtime.addon.embeddingForward(this.#inner, table.inner, inner),
    );
    return this.#runtime.vector(await output, batch.tokens * this.shape.hiddenSize);
  }

  async embeddingBackward(batch: BatchHandle, outputGradient: Vector, gradient: Vector): Promise<void> {
    const { inner } = this.#arguments.batch(batch);
    const upstream = this.#arguments.rows(outputGradient, batch);
    const sum = this.#arguments.parameters(gradient, this.blocks[0]!);
    sum.touch();
    await this.#runtime.run('embedding backward', () =>
      this.#runtime.addon.embeddingBackward(this.#inner, inner, upstream.inner, sum.inner),
    );
  }

  async layerForward(
    parameters: BlockWeights,
    input: Vector,
    batch: BatchHandle,
    keep: boolean,
    adapter?: LayerAdapter,
  ): Promise<LayerForward> {
    const weights = this.#arguments.weights(parameters, this.#arguments.layerBlock);
    const x_TC = this.#arguments.rows(input, batch);
    const { inner } = this.#arguments.batch(batch);
    const lora = adapter && this.#arguments.adapter(adapter);
    const [memory, activations] = await this.#runtime.run('layer forward', () =>
      this.#runtime.addon.layerForward(
        this.#inner,
        weights.inner,
        x_TC.inner,
        inner,
        keep,
        lora?.parameters.inner,
        lora?.form,
      ),
    );
    const output = this.#runtime.vector(memory, x_TC.length);
    if (activations === undefined) return { output };
    const bytes = batch.tokens * this.#activationSize() * Float32Array.BYTES_PER_ELEMENT;
    return { output, activations: this.#runtime.handles.add(new NativeActivations(activations, bytes)) };
  }

  async layerBackward(
    parameters: Vector,
    input: Vector,
    activations: LayerActivations | undefined,
    batch: BatchHandle,
    outputGradient: Vector,
    gradient: Vector | undefined,
    adapter?: LayerAdapter,
  ): Promise<Vector> {
    const weights = this.#arguments.parameters(parameters, this.#arguments.layerBlock);
    const x_TC = this.#arguments.rows(input, batch);
    const known = activations && this.#arguments.activations(activations);
    if (known?.usedUp) impossible('these activations have served a backward already');
    if (known !== undefined) known.usedUp = true;
    const { inner } = this.#arguments.batch(batch);
    const upstream = this.#arguments.rows(outputGradient, batch);
    const sum = gradient && this.#arguments.parameters(gradient, this.#arguments.layerBlock);
    const lora = adapter && this.#arguments.adapter(adapter);
    sum?.touch();
    lora?.gradient?.touch();
    const inputGradient = this.#runtime.run('layer backward', () =>
      this.#runtime.addon.layerBackward(
        this.#inner,
        weights.inner,
        x_TC.inner,
        known?.inner,
        inner,
        upstream.inner,
        sum?.inner,
        lora?.parameters.inner,
        lora?.form,
        lora?.gradient?.inner,
      ),
    );
    return this.#runtime.vector(await inputGradient, x_TC.length);
  }

  async mergeAdapter(parameters: Vector, adapter: LayerAdapter): Promise<void> {
    const weights = this.#arguments.parameters(parameters, this.#arguments.layerBlock);
    const lora = this.#arguments.adapter(adapter);
    weights.touch();
    await this.#runtime.run('merge of an adapter', () =>
      this.#runtime.addon.mergeAdapter(this.#inner, weights.inner, lora.parameters.inner, lora.form),
    );
  }

  async headLoss(
    parameters: HeadWeights,
    input: Vector,
    batch: BatchHandle,
    options: HeadLossOptions,
  ): Promise<HeadLoss> {
    const { head, embedding } = this.#arguments.head(parameters, (weights, block) =>
      this.#arguments.weights(weights, block),
    );
    const gradients =
      options.gradient &&
      this.#arguments.head(options.gradient, (sum, block) => this.#arguments.parameters(sum, block));
    const isTraining = gradients !== undefined || options.inputGradient === true;
    if (isTraining && [head, embedding].some((weights) => weights instanceof NativeCompressed))
      impossible('compressed weights have no gradient; give the float32 vectors');
    const x_TC = this.#arguments.rows(input, batch);
    const { inner } = this.#arguments.batch(batch);
    const tokenLosses = options.tokenLosses ? new Float32Array(batch.tokens) : undefined;
    gradients?.head.touch();
    gradients?.embedding?.touch();
    const [lossSum, inputGradient] = await this.#runtime.run('head loss', () =>
      this.#runtime.addon.headLoss(
        this.#inner,
        head.inner,
        embedding?.inner,
        x_TC.inner,
        inner,
        options.gradientScale,
        gradients?.head.inner,
        gradients?.embedding?.inner,
        tokenLosses,
        isTraining,
      ),
    );
    return {
      lossSum,
      ...(inputGradient && { inputGradient: this.#runtime.vector(inputGradient, x_TC.length) }),
      ...(tokenLosses && { tokenLosses }),
    };
  }

  async headLogits(parameters: HeadWeights, input: Vector, rows: Int32Array): Promise<Float32Array> {
    const { head, embedding } = this.#arguments.head(parameters, (weights, block) =>
      this.#arguments.weights(weights, block),
    );
    const x_TC = this.#runtime.handles.resolve(input, NativeVector);
    const tokens = x_TC.length / this.shape.hiddenSize;
    for (const row of rows) if (row < 0 || row >= tokens) impossible(`row ${row} is outside the ${tokens} rows given`);
    const logits = new Float32Array(rows.length * this.shape.vocabularySize);
    await this.#runtime.run('head logits', () =>
      this.#runtime.addon.headLogits(this.#inner, head.inner, embedding?.inner, x_TC.inner, rows, logits),
    );
    return logits;
  }

  async finalNorm(parameters: HeadWeights, input: Vector): Promise<Vector> {
    const { head, embedding } = this.#arguments.head(parameters, (weights, block) =>
      this.#arguments.weights(weights, block),
    );
    const x_TC = this.#arguments.rows(input, { tokens: Math.floor(input.length / this.shape.hiddenSize) });
    const { addon } = this.#runtime;
    const output = this.#runtime.run('final norm', () =>
      addon.finalNorm(this.#inner, head.inner, embedding?.inner, x_TC.inner),
    );
    return this.#runtime.vector(await output, x_TC.length);
  }

  async createCache(capacity: number): Promise<KeyValueCache> {
    assertCapacity(capacity);
    const inner = this.#runtime.run('cache', () => this.#runtime.addon.createCache(this.#inner, capacity));
    return this.#cache(capacity, await inner);
  }

  async copyCache(cache: KeyValueCache, length: number, capacity: number): Promise<KeyValueCache> {
    const from = this.#runtime.handles.resolve(cache, NativeCache);
    assertCapacity(capacity);
    assertCopy(from, length, capacity);
    const { addon } = this.#runtime;
    const inner = this.#runtime.run('copy of a cache', () =>
      addon.copyCache(this.#inner, from.inner, length, capacity),
    );
    const copy = this.#cache(capacity, await inner);
    copy.length = length;
    return copy;
  }

  truncateCache(cache: KeyValueCache, length: number): void {
    const known = this.#runtime.handles.resolve(cache, NativeCache);
    if (!Number.isInteger(length) || length < 0) impossible(`a cache cannot be cut to ${length} tokens`);
    if (length < known.length) known.length = length;
  }

  async decode(parameters: ModelWeights, requests: readonly DecodeRequest[]): Promise<Float32Array[]> {
    if (parameters.length !== this.blocks.length)
      impossible(`the model has ${this.blocks.length} blocks but ${parameters.length} were given`);
    const blocks = this.blocks.map((block, index) => this.#arguments.weights(parameters[index]!, block).inner);
    const caches = requests.map(({ cache }) => this.#runtime.handles.resolve(cache, NativeCache));
    if (requests.length === 0) return [];
    const { vocabularySize: V } = this.shape;
    const { tokens, pasts, counts } = planDecoding(requests, V);
    const logits = new Float32Array(requests.length * V);
    const inner = caches.map((cache) => cache.inner);
    const setLengths = (lengthOf: (index: number) => number) => {
      for (const [index, cache] of caches.entries()) cache.length = lengthOf(index);
    };
    // Counted at once, so that what is asked for next goes on from here.
    setLengths((index) => pasts[index]! + counts[index]!);
    try {
      await this.#runtime.run('decode', () =>
        this.#runtime.addon.decode(this.#inner, blocks, inner, tokens, pasts, counts, logits),
      );
    } catch (error) {
      setLengths((index) => pasts[index]!);
      throw error;
    }
    return requests.map((_, index) => logits.slice(index * V, (index + 1) * V));
  }

  #cache(capacity: number, inner: CacheHandle): NativeCache {
    const { layers, keyValueHeads, headSize } = this.shape;
    const bytes = 2 * layers * keyValueHeads * capacity * headSize * Float32Array.BYTES_PER_ELEMENT;
    return this.#runtime.handles.add(new NativeCache(inner, bytes, capacity));
  }

  /** Floats that a token's activations in a layer take. */
  #activationSize(): number {
    const { hiddenSize, heads, keyValueHeads, headSize, ffnSize } = this.shape;
    const queryKeyValue = (heads + 2 * keyValueHeads) * headSize;
    // Backward has the attention's gradients where the feed-forward half had its activations.
    const sharedGradient = heads === keyValueHeads ? 0 : 2 * heads * headSize;
    const feedForward = Math.max(2 * ffnSize, queryKeyValue + sharedGradient);
    return queryKeyValue + heads * headSize + heads + hiddenSize + feedForward;
  }
}
