import { VicunaError } from '../../core/index.js';
import { assertBatch, IGNORED_LABEL, nextTokenTargets, type PackedBatch } from '../batch.js';
import type {
  BatchHandle,
  DecodeRequest,
  HeadLoss,
  HeadLossOptions,
  HeadVectors,
  KeyValueCache,
  LayerActivations,
  LayerForward,
  ModelVectors,
  Transformer,
  Vector,
} from '../engine.js';
import { type BlockLayout, modelBlocks } from '../layout.js';
import { ropeFrequencies } from '../rope.js';
import { assertShape, type ModelShape } from '../shape.js';
import { attentionForward } from './attention.js';
import { planPackedAttention } from './attention-plan.js';
import { decode } from './decode.js';
import type { Tensor } from './device.js';
import { TfjsActivations, TfjsBatch, TfjsCache } from './handles.js';
import { type HeadContext, headLogits } from './head.js';
import { headLoss } from './head-loss.js';
import {
  type ActivationTensors,
  type LayerContext,
  type LayerPlaces,
  layerActivations,
  layerBackward,
  layerHeads,
  layerOutput,
  layerPlaces,
} from './layer.js';
import type { Runtime } from './runtime.js';
import { uploadRope } from './upload.js';
import { TfjsVector } from './vector.js';

// T tokens, C hidden size, V vocabulary size.

/** A LLaMA computed with a tensor library, block by block, its backward written out. */
export class TfjsTransformer implements Transformer {
  readonly shape: ModelShape;
  readonly blocks: readonly BlockLayout[];
  readonly #runtime: Runtime;
  readonly #frequencies: Float32Array;
  readonly #layerBlock: BlockLayout;
  readonly #places: LayerPlaces;

  constructor(runtime: Runtime, shape: ModelShape) {
    assertShape(shape);
    this.shape = shape;
    this.blocks = modelBlocks(shape);
    this.#runtime = runtime;
    this.#frequencies = ropeFrequencies(shape);
    this.#layerBlock = modelBlocks({ ...shape, layers: 1 })[1]!;
    this.#places = layerPlaces(this.#layerBlock);
  }

  async batch(batch: PackedBatch): Promise<BatchHandle> {
    await this.#runtime.turn();
    assertBatch(batch, this.shape.vocabularySize);
    const tokens = batch.tokens.slice();
    const targets = nextTokenTargets(batch);
    const supervised = Int32Array.from(targets.keys()).filter((position) => targets[position] !== IGNORED_LABEL);
    const attention = planPackedAttention(batch.sequenceStarts, this.#runtime.kernels.tileSizes);
    return this.#runtime.compute('batch', () => {
      const { device } = this.#runtime;
      const rope = uploadRope(device, this.#frequencies, positionsOf(batch));
      for (const tensor of Object.values(rope)) device.tf.keep(tensor);
      return this.#runtime.handles.add(new TfjsBatch({ tokens, targets, supervised, rope, attention }));
    });
  }

  async embeddingForward(parameters: Vector, batch: BatchHandle): Promise<Vector> {
    await this.#runtime.turn();
    const { tokens } = this.#batch(batch).content;
    const table = this.#parameters(parameters, this.blocks[0]!);
    return this.#runtime.compute('embedding forward', () => {
      if (tokens.length === 0) return this.#zeros(0);
      const { vocabularySize, hiddenSize } = this.shape;
      return this.#keep(this.#runtime.kernels.gatherRows(this.#matrix(table, vocabularySize, hiddenSize), tokens));
    });
  }

  async embeddingBackward(batch: BatchHandle, outputGradient: Vector, gradient: Vector): Promise<void> {
    await this.#runtime.turn();
    const { tokens } = this.#batch(batch).content;
    const table = this.#parameters(gradient, this.blocks[0]!);
    const rows = this.#activations(outputGradient, tokens.length);
    if (tokens.length === 0) return;
    this.#runtime.compute('embedding backward', () => {
      const { vocabularySize, hiddenSize } = this.shape;
      this.#runtime.kernels.addRows(table, vocabularySize, tokens, this.#matrix(rows, tokens.length, hiddenSize));
    });
  }

  async layerForward(parameters: Vector, input: Vector, batch: BatchHandle, keep: boolean): Promise<LayerForward> {
    await this.#runtime.turn();
    const context = this.#layerContext(parameters, batch);
    const vector = this.#activations(input, batch.tokens);
    return this.#runtime.compute('layer forward', () => {
      if (batch.tokens === 0) return { output: this.#zeros(0) };
      const { kernels, handles } = this.#runtime;
      const input_TC = this.#matrix(vector, batch.tokens, this.shape.hiddenSize);
      const kept = this.#activate(context(), batch, input_TC);
      const output = this.#keep(layerOutput(context(), kept));
      if (!keep) return { output };
      for (const tensor of Object.values(kept)) kernels.device.tf.keep(tensor);
      return { output, activations: handles.add(new TfjsActivations(kept)) };
    });
  }

  async layerBackward(
    parameters: Vector,
    input: Vector,
    activations: LayerActivations | undefined,
    batch: BatchHandle,
    outputGradient: Vector,
    gradient: Vector,
  ): Promise<Vector> {
    await this.#runtime.turn();
    const context = this.#layerContext(parameters, batch);
    const vector = this.#activations(input, batch.tokens);
    const upstream = this.#activations(outputGradient, batch.tokens);
    const sum = this.#parameters(gradient, this.#layerBlock);
    const known = activations && this.#runtime.resolve(activations, TfjsActivations).content;
    return this.#runtime.compute('layer backward', () => {
      if (batch.tokens === 0) return this.#zeros(0);
      const { kernels } = this.#runtime;
      const { hiddenSize } = this.shape;
      const input_TC = this.#matrix(vector, batch.tokens, hiddenSize);
      const kept = known ?? this.#activate(context(), batch, input_TC);
      const { input_TC: inputGradient_TC, parameters: pieces } = layerBackward(
        context(),
        input_TC,
        kept,
        this.#batch(batch).content.attention,
        this.#matrix(upstream, batch.tokens, hiddenSize),
      );
      kernels.add(sum, pieces);
      return this.#keep(inputGradient_TC);
    });
  }

  async headLoss(
    parameters: HeadVectors,
    input: Vector,
    batch: BatchHandle,
    options: HeadLossOptions,
  ): Promise<HeadLoss> {
    await this.#runtime.turn();
    return headLoss({
      runtime: this.#runtime,
      context: this.#headContext(parameters),
      gradient: options.gradient && this.#headVectors(options.gradient),
      input: this.#activations(input, batch.tokens),
      batch: this.#batch(batch).content,
      shape: this.shape,
      options,
    });
  }

  async headLogits(parameters: HeadVectors, input: Vector, rows: Int32Array): Promise<Float32Array> {
    await this.#runtime.turn();
    const context = this.#headContext(parameters);
    const vector = this.#runtime.resolve(input, TfjsVector);
    const tokens = vector.length / this.shape.hiddenSize;
    for (const row of rows)
      if (!Number.isInteger(row) || row < 0 || row >= tokens) fail(`row ${row} is outside the ${tokens} rows given`);
    if (rows.length === 0) return new Float32Array(0);
    return this.#runtime.compute('head logits', () => {
      const input_TC = this.#matrix(vector, tokens, this.shape.hiddenSize);
      const logits_RV = headLogits(context(), this.#runtime.kernels.gatherRows(input_TC, rows));
      return this.#runtime.kernels.read(logits_RV);
    });
  }

  async createCache(capacity: number): Promise<KeyValueCache> {
    await this.#runtime.turn();
    if (!Number.isInteger(capacity) || capacity < 1) fail(`a cache of ${capacity} tokens cannot be made`);
    return this.#runtime.handles.add(new TfjsCache(capacity));
  }

  truncateCache(cache: KeyValueCache, length: number): void {
    const known = this.#runtime.resolve(cache, TfjsCache);
    if (!Number.isInteger(length) || length < 0) fail(`a cache cannot be cut to ${length} tokens`);
    if (length >= known.length) return;
    const { kernels } = this.#runtime;
    this.#runtime.compute('cache truncation', () => {
      const cut = (x_KSD: Tensor) =>
        kernels.device.tf.keep(kernels.slice(x_KSD, [0, 0, 0], [x_KSD.shape[0]!, length, x_KSD.shape[2]!]));
      known.replace(
        length === 0 ? [] : known.layers.map(({ k_KSD, v_KSD }) => ({ k_KSD: cut(k_KSD), v_KSD: cut(v_KSD) })),
      );
    });
  }

  async decode(parameters: ModelVectors, requests: readonly DecodeRequest[]): Promise<Float32Array[]> {
    await this.#runtime.turn();
    if (parameters.length !== this.blocks.length)
      fail(`the model has ${this.blocks.length} blocks but ${parameters.length} vectors were given`);
    const vectors = this.blocks.map((block, index) => this.#parameters(parameters[index]!, block));
    return decode({
      runtime: this.#runtime,
      shape: this.shape,
      places: this.#places,
      frequencies: this.#frequencies,
      embedding: vectors[0]!,
      layers: vectors.slice(1, -1),
      head: this.#headContext({ head: vectors.at(-1)!, embedding: vectors[0]! }),
      requests: requests.map(({ cache, tokens }) => ({ cache: this.#runtime.resolve(cache, TfjsCache), tokens })),
    });
  }

  #layerContext(parameters: Vector, batch: BatchHandle): () => LayerContext {
    const vector = this.#parameters(parameters, this.#layerBlock);
    const { rope } = this.#batch(batch).content;
    const { kernels, operands } = this.#runtime;
    return () => ({
      kernels,
      shape: this.shape,
      places: this.#places,
      operands: operands.of(vector),
      rope,
    });
  }

  #activate(context: LayerContext, batch: BatchHandle, input_TC: Tensor): ActivationTensors {
    const { kernels, device } = this.#runtime;
    return device.tidy(() => {
      const heads = layerHeads(context, input_TC);
      const attended = attentionForward(kernels, heads, this.#batch(batch).content.attention);
      return layerActivations(context, input_TC, heads, attended);
    });
  }

  #headContext(vectors: HeadVectors): () => HeadContext {
    const { head, embedding } = this.#headVectors(vectors);
    const { vocabularySize, hiddenSize, rmsNormEpsilon } = this.shape;
    const { kernels, operands } = this.#runtime;
    return () => ({
      kernels,
      norm: operands.of(head),
      normPlace: { offset: 0, shape: [hiddenSize] },
      matrix: operands.of(embedding ?? head),
      matrixPlace: { offset: embedding ? 0 : hiddenSize, shape: [vocabularySize, hiddenSize] },
      epsilon: rmsNormEpsilon,
    });
  }

  #headVectors({ head, embedding }: HeadVectors): { head: TfjsVector; embedding: TfjsVector | undefined } {
    if (this.shape.tiedEmbeddings && embedding === undefined)
      return fail("the model's embeddings are tied, so its head needs the embedding's vector too");
    return {
      head: this.#parameters(head, this.blocks.at(-1)!),
      embedding: this.shape.tiedEmbeddings ? this.#parameters(embedding!, this.blocks[0]!) : undefined,
    };
  }

  #parameters(vector: Vector, block: BlockLayout): TfjsVector {
    if (vector.length !== block.size)
      fail(`the ${block.kind} block has ${block.size} parameters but a vector of ${vector.length} was given`);
    return this.#runtime.resolve(vector, TfjsVector);
  }

  #activations(vector: Vector, tokens: number): TfjsVector {
    if (vector.length !== tokens * this.shape.hiddenSize)
      fail(`${tokens} tokens of ${this.shape.hiddenSize} elements do not fit a vector of ${vector.length}`);
    return this.#runtime.resolve(vector, TfjsVector);
  }

  #batch(batch: BatchHandle): TfjsBatch {
    return this.#runtime.resolve(batch, TfjsBatch);
  }

  #matrix(vector: TfjsVector, rows: number, columns: number): Tensor {
    return this.#runtime.device.tf.reshape(vector.tensor, [rows, columns]);
  }

  #keep(tensor: Tensor): TfjsVector {
    return this.#runtime.vector(this.#runtime.device.tf.keep(tensor));
  }

  #zeros(length: number): TfjsVector {
    return this.#keep(this.#runtime.device.tf.zeros([length]));
  }
}

/** Every token's place in its own sequence. */
function positionsOf({ tokens, sequenceStarts }: PackedBatch): Int32Array {
  const positions = new Int32Array(tokens.length);
  for (let sequence = 0; sequence + 1 < sequenceStarts.length; sequence++) {
    const start = sequenceStarts[sequence]!;
    for (let token = start; token < sequenceStarts[sequence + 1]!; token++) positions[token] = token - start;
  }
  return positions;
}

function fail(problem: string): never {
  throw new VicunaError('engine-failed', `The engine was asked for something impossible: ${problem}.`);
}
