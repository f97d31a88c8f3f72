import type { PackedBatch } from '../batch.js';
import { assertCapacity, assertCopy } from '../cache-limits.js';
import type {
  BatchHandle,
  DecodeRequest,
  HeadLoss,
  HeadLossOptions,
  HeadVectors,
  KeyValueCache,
  LayerActivations,
  LayerAdapter,
  LayerForward,
  ModelVectors,
  Transformer,
  Vector,
} from '../engine.js';
import type { BlockLayout } from '../layout.js';
import { ropeFrequencies } from '../rope.js';
import { assertShape, type ModelShape } from '../shape.js';
import { type AdapterArguments, type HeadTensors, impossible, TransformerArguments } from './arguments.js';
import { attentionForward } from './attention.js';
import { prepareBatch } from './batch.js';
import { decode } from './decode.js';
import type { Tensor } from './device.js';
import { type BatchContent, type LayerCache, TfjsActivations, TfjsBatch, TfjsCache } from './handles.js';
import { finalNorm, type HeadContext, headLogits } from './head.js';
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
import { LayerLora } from './lora.js';
import { mergeAdapter } from './merge.js';
import type { Runtime } from './runtime.js';
import type { TfjsVector } from './vector.js';

// T tokens, R rows, C hidden size, V vocabulary size, K key heads, S cached tokens, D head size.

/** A LLaMA computed with a tensor library, block by block, its backward written out. */
export class TfjsTransformer implements Transformer {
  readonly shape: ModelShape;
  readonly #runtime: Runtime;
  readonly #arguments: TransformerArguments;
  readonly #frequencies: Float32Array;
  readonly #places: LayerPlaces;

  constructor(runtime: Runtime, shape: ModelShape) {
    assertShape(shape);
    this.shape = shape;
    this.#runtime = runtime;
    this.#arguments = new TransformerArguments(runtime, shape);
    this.#frequencies = ropeFrequencies(shape);
    this.#places = layerPlaces(this.#arguments.layerBlock);
  }

  get blocks(): readonly BlockLayout[] {
    return this.#arguments.blocks;
  }

  async batch(batch: PackedBatch): Promise<BatchHandle> {
    await this.#runtime.turn();
    return this.#runtime.compute('batch', () =>
      this.#runtime.handles.add(
        new TfjsBatch(prepareBatch(this.#runtime, batch, this.shape.vocabularySize, this.#frequencies)),
      ),
    );
  }

  async embeddingForward(parameters: Vector, batch: BatchHandle): Promise<Vector> {
    await this.#runtime.turn();
    const { tokens } = this.#arguments.batch(batch);
    const table = this.#arguments.embedding(parameters);
    return this.#runtime.compute('forward of the embedding', () => {
      if (tokens.length === 0) return this.#zeros(0);
      const table_VC = this.#matrix(table, this.shape.vocabularySize);
      return this.#keep(this.#runtime.kernels.gatherRows(table_VC, tokens));
    });
  }

  async embeddingBackward(batch: BatchHandle, outputGradient: Vector, gradient: Vector): Promise<void> {
    await this.#runtime.turn();
    const { tokens } = this.#arguments.batch(batch);
    const sum = this.#arguments.embedding(gradient);
    const rows = this.#arguments.rows(outputGradient, tokens.length);
    if (tokens.length === 0) return;
    this.#runtime.compute('backward of the embedding', () => {
      const rows_TC = this.#matrix(rows, tokens.length);
      this.#runtime.kernels.addRows(sum, this.shape.vocabularySize, tokens, rows_TC);
    });
  }

  async layerForward(
    parameters: Vector,
    input: Vector,
    batch: BatchHandle,
    keep: boolean,
    adapter?: LayerAdapter,
  ): Promise<LayerForward> {
    await this.#runtime.turn();
    const content = this.#arguments.batch(batch);
    const vector = this.#arguments.layer(parameters);
    const rows = this.#arguments.rows(input, batch.tokens);
    const known = adapter && this.#arguments.adapter(adapter);
    return this.#runtime.compute('forward of a layer', () => {
      if (batch.tokens === 0) return { output: this.#zeros(0) };
      const { device, handles } = this.#runtime;
      const context = this.#layerContext(vector, content, known);
      const kept = this.#activate(context, content, this.#matrix(rows, batch.tokens));
      const output = this.#keep(layerOutput(context, kept));
      if (!keep) return { output };
      for (const tensor of Object.values(kept)) device.tf.keep(tensor);
      return { output, activations: handles.add(new TfjsActivations(kept)) };
    });
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
    await this.#runtime.turn();
    const content = this.#arguments.batch(batch);
    const vector = this.#arguments.layer(parameters);
    const rows = this.#arguments.rows(input, batch.tokens);
    const upstream = this.#arguments.rows(outputGradient, batch.tokens);
    const sum = gradient && this.#arguments.layer(gradient);
    const given = adapter && this.#arguments.adapter(adapter);
    const known = activations && this.#arguments.activations(activations);
    return this.#runtime.compute('backward of a layer', () => {
      if (batch.tokens === 0) return this.#zeros(0);
      const context = this.#layerContext(vector, content, given);
      const input_TC = this.#matrix(rows, batch.tokens);
      const kept = known ?? this.#activate(context, content, input_TC);
      const upstream_TC = this.#matrix(upstream, batch.tokens);
      const gradients = layerBackward(context, input_TC, kept, content.attention, upstream_TC, sum === undefined);
      if (sum !== undefined) this.#runtime.kernels.add(sum, gradients.parameters);
      if (given?.gradient !== undefined) this.#runtime.kernels.add(given.gradient, gradients.adapter);
      return this.#keep(gradients.input_TC);
    });
  }

  async mergeAdapter(parameters: Vector, adapter: LayerAdapter): Promise<void> {
    await this.#runtime.turn();
    const vector = this.#arguments.layer(parameters);
    const known = this.#arguments.adapter(adapter);
    this.#runtime.compute('merge of an adapter', () =>
      mergeAdapter(this.#runtime, vector, this.#arguments.layerBlock, known),
    );
  }

  async headLoss(
    parameters: HeadVectors,
    input: Vector,
    batch: BatchHandle,
    options: HeadLossOptions,
  ): Promise<HeadLoss> {
    await this.#runtime.turn();
    const head = this.#arguments.head(parameters);
    return headLoss({
      runtime: this.#runtime,
      context: () => this.#headContext(head),
      gradient: options.gradient && this.#arguments.head(options.gradient),
      input: this.#arguments.rows(input, batch.tokens),
      batch: this.#arguments.batch(batch),
      shape: this.shape,
      options,
    });
  }

  async headLogits(parameters: HeadVectors, input: Vector, rows: Int32Array): Promise<Float32Array> {
    await this.#runtime.turn();
    const head = this.#arguments.head(parameters);
    const tokens = Math.floor(input.length / this.shape.hiddenSize);
    const vector = this.#arguments.rows(input, tokens);
    for (const row of rows) if (row < 0 || row >= tokens) impossible(`row ${row} is outside the ${tokens} rows given`);
    if (rows.length === 0) return new Float32Array(0);
    return this.#runtime.compute('logits of the head', () => {
      const { kernels } = this.#runtime;
      const rows_RC = kernels.gatherRows(this.#matrix(vector, tokens), rows);
      return kernels.read(headLogits(this.#headContext(head), rows_RC));
    });
  }

  async finalNorm(parameters: HeadVectors, input: Vector): Promise<Vector> {
    await this.#runtime.turn();
    const head = this.#arguments.head(parameters);
    const tokens = Math.floor(input.length / this.shape.hiddenSize);
    const vector = this.#arguments.rows(input, tokens);
    return this.#runtime.compute('final norm', () =>
      this.#keep(
        this.#runtime.device.tf.reshape(finalNorm(this.#headContext(head), this.#matrix(vector, tokens)), [
          vector.length,
        ]),
      ),
    );
  }

  async createCache(capacity: number): Promise<KeyValueCache> {
    await this.#runtime.turn();
    assertCapacity(capacity);
    return this.#runtime.handles.add(new TfjsCache(capacity));
  }

  async copyCache(cache: KeyValueCache, length: number, capacity: number): Promise<KeyValueCache> {
    await this.#runtime.turn();
    const known = this.#arguments.cache(cache);
    assertCapacity(capacity);
    assertCopy(known, length, capacity);
    return this.#runtime.compute('copy of a cache', () => {
      const copy = new TfjsCache(capacity);
      copy.replace(this.#beginningOf(known, length));
      return this.#runtime.handles.add(copy);
    });
  }

  truncateCache(cache: KeyValueCache, length: number): void {
    const known = this.#arguments.cache(cache);
    if (!Number.isInteger(length) || length < 0) impossible(`a cache cannot be cut to ${length} tokens`);
    if (length >= known.length) return;
    this.#runtime.compute('truncation of a cache', () => known.replace(this.#beginningOf(known, length)));
  }

  async decode(parameters: ModelVectors, requests: readonly DecodeRequest[]): Promise<Float32Array[]> {
    await this.#runtime.turn();
    const vectors = this.#arguments.model(parameters);
    const head = this.#arguments.head({ head: parameters.at(-1)!, embedding: parameters[0] });
    return decode({
      runtime: this.#runtime,
      shape: this.shape,
      places: this.#places,
      frequencies: this.#frequencies,
      embedding: vectors[0]!,
      layers: vectors.slice(1, -1),
      head: () => this.#headContext(head),
      requests: requests.map(({ cache, tokens }) => ({ cache: this.#arguments.cache(cache), tokens })),
    });
  }

  #beginningOf(cache: TfjsCache, length: number): LayerCache[] {
    const { kernels, device } = this.#runtime;
    const cut = (x_KSD: Tensor) =>
      device.tf.keep(kernels.slice(x_KSD, [0, 0, 0], [x_KSD.shape[0]!, length, x_KSD.shape[2]!]));
    const layers = length === 0 ? [] : cache.layers;
    return layers.map(({ k_KSD, v_KSD }) => ({ k_KSD: cut(k_KSD), v_KSD: cut(v_KSD) }));
  }

  #layerContext(
    parameters: TfjsVector,
    { rope, places }: BatchContent,
    known: AdapterArguments | undefined,
  ): LayerContext {
    const { kernels, operands } = this.#runtime;
    const adapter = known && { ...known, operands: operands.of(known.parameters), tokens: places };
    const lora = new LayerLora(kernels, this.shape, adapter);
    return { kernels, shape: this.shape, places: this.#places, operands: operands.of(parameters), rope, lora };
  }

  #activate(context: LayerContext, { attention }: BatchContent, input_TC: Tensor): ActivationTensors {
    const { kernels, device } = this.#runtime;
    return device.tidy(() => {
      const heads = layerHeads(context, input_TC);
      return layerActivations(context, input_TC, heads, attentionForward(kernels, heads, attention));
    });
  }

  #headContext({ head, embedding }: HeadTensors): HeadContext {
    const { vocabularySize, hiddenSize, rmsNormEpsilon } = this.shape;
    const { kernels, operands } = this.#runtime;
    return {
      kernels,
      norm: operands.of(head),
      normPlace: { offset: 0, shape: [hiddenSize] },
      matrix: operands.of(embedding ?? head),
      matrixPlace: { offset: embedding ? 0 : hiddenSize, shape: [vocabularySize, hiddenSize] },
      epsilon: rmsNormEpsilon,
    };
  }

  #matrix(vector: TfjsVector, rows: number): Tensor {
    return this.#runtime.device.tf.reshape(vector.tensor, [rows, this.shape.hiddenSize]);
  }

  #keep(tensor: Tensor): TfjsVector {
    return this.#runtime.vector(this.#runtime.device.tf.keep(tensor));
  }

  #zeros(length: number): TfjsVector {
    return this.#keep(this.#runtime.device.tf.zeros([length]));
  }
}
