import type { Resolved } from '../core/index.js';
import type { PackedBatch } from './batch.js';
import type { BlockLayout } from './layout.js';
import type { LoraConfig } from './lora.js';
import type { ModelShape } from './shape.js';

// Shapes: T tokens of a packed batch, C hidden size, V vocabulary size.

/**
 * A flat float32 vector in an engine's memory: parameters, a gradient, moments or activations. Only the engine that
 * made it can read it; everybody else passes it on. It lives until it is released.
 *
 * @public
 */
export interface Vector {
  /** Numbers in it; four bytes each. */
  readonly length: number;
  /** Grows with every write, so that what an engine derived from it (a transposed or rounded copy) can be told stale. */
  readonly version: number;
}

/** A packed batch in an engine's memory, with what is derived from it: targets, positions, attention tiles. @public */
export interface BatchHandle {
  /** Tokens of all its sequences (T). */
  readonly tokens: number;
  /** Positions with something to predict. */
  readonly supervisedTokens: number;
}

/** What a layer's backward needs of its forward, kept instead of computed again. @public */
export interface LayerActivations {
  /** Memory they hold on the engine. */
  readonly bytes: number;
}

/** Keys and values of one sequence, for every layer, on the engine. @public */
export interface KeyValueCache {
  /** Tokens it can hold. */
  readonly capacity: number;
  /** Tokens it holds. */
  readonly length: number;
}

/**
 * How matrices are kept for inference: `bfloat16`, half a float32 with 8 bits of precision, or `int8`, whole numbers
 * with a scale for every 32 neighbours of a row. Norms stay float32, and everything is summed in float32.
 *
 * @public
 */
export type CompressedFormat = 'bfloat16' | 'int8';

/**
 * A block's parameters rounded for inference by {@link Transformer.compress}, for the transformer that made them. They
 * live until they are released.
 *
 * @public
 */
export interface CompressedWeights {
  /** How the matrices are kept. */
  readonly format: CompressedFormat;
  /** Memory they hold on the engine. */
  readonly bytes: number;
}

/** A block's parameters where they are only read. @public */
export type BlockWeights = Vector | CompressedWeights;

/** Anything that lives in an engine's memory until {@link Engine.release} frees it. @public */
export type Handle = BlockWeights | BatchHandle | LayerActivations | KeyValueCache;

/** One vector a block, in {@link modelBlocks} order. @public */
export type ModelVectors = readonly Vector[];

/** A model's parameters for inference, block by block in {@link modelBlocks} order. @public */
export type ModelWeights = readonly BlockWeights[];

/** Parameters or gradients of the head. A tied head also reads, and adds to, the embedding's. @public */
export interface HeadVectors {
  /** The head block's vector: final norm and LM head. */
  readonly head: Vector;
  /** The embedding block's vector; required when the model's embeddings are tied, ignored otherwise. */
  readonly embedding?: Vector | undefined;
}

/** A head's parameters where they are only read. @public */
export interface HeadWeights {
  /** The head block's parameters: final norm and LM head. */
  readonly head: BlockWeights;
  /** The embedding block's; required when the model's embeddings are tied, ignored otherwise. */
  readonly embedding?: BlockWeights | undefined;
}

/** What to compute besides the loss. @public */
export interface HeadLossOptions {
  /** Factor on every gradient, usually 1 / supervised tokens of the global batch. The loss itself is not scaled. */
  readonly gradientScale: number;
  /** Where gradients are added. Without it those of the head's parameters are not computed. Compressed weights have none. */
  readonly gradient?: HeadVectors | undefined;
  /** Compute the gradient of the input also without `gradient`: what is below a frozen head learns. @defaultValue `false` */
  readonly inputGradient?: boolean | undefined;
  /** Also return the loss of every position `[T]`, 0 where nothing is predicted. @defaultValue `false` */
  readonly tokenLosses?: boolean | undefined;
}

/** The loss of a batch, and what was asked for with it. @public */
export interface HeadLoss {
  /** Sum over supervised tokens of -log p, in nats. */
  readonly lossSum: number;
  /** Gradient of the head's input `[T, C]`; present when it was asked for. */
  readonly inputGradient?: Vector;
  /** Loss of every position `[T]` in nats, 0 where nothing is predicted; present when it was asked for. */
  readonly tokenLosses?: Float32Array;
}

/** What one layer computed. @public */
export interface LayerForward {
  /** What the next layer reads `[T, C]`. */
  readonly output: Vector;
  /** Present when they were asked for. */
  readonly activations?: LayerActivations;
}

/** The low-rank adapter of one layer. @public */
export interface LayerAdapter {
  /** Rank, scale, dropout and which matrices are adapted. */
  readonly lora: Resolved<LoraConfig>;
  /** A and B of every target, laid out under the names of peft. */
  readonly parameters: Vector;
  /** Where backward adds the gradient of `parameters`. Without it none is computed. */
  readonly gradient?: Vector | undefined;
  /**
   * Draws what is dropped, a whole number in [0, 2^32), another one in every layer
   * and step, the same in backward as in forward. Without it nothing is dropped (evaluation).
   */
  readonly dropoutSeed?: number | undefined;
}

/** One sequence's part of a decoding step. @public */
export interface DecodeRequest {
  /** Of the sequence; what `tokens` add to it is kept there. */
  readonly cache: KeyValueCache;
  /** Tokens that follow those in the cache: the whole prompt, a chunk of it, or the one token drawn last. */
  readonly tokens: Int32Array;
}

/**
 * A LLaMA of one shape on one engine, computed block by block. Nothing here holds a graph or a tape.
 *
 * Arguments stay the caller's: a call never releases what it was given, and what it returns is the caller's to release.
 * Gradients are ADDED to the vectors given for them.
 *
 * @public
 */
export interface Transformer {
  /** The sizes it was made for. */
  readonly shape: ModelShape;
  /** Layout of every block, in forward order. */
  readonly blocks: readonly BlockLayout[];
  /** Brings a batch to the engine. @throws VicunaError `engine-failed` when the batch is not well formed. */
  batch(batch: PackedBatch): Promise<BatchHandle>;
  /**
   * Rounds a block's parameters for inference. The vector stays as it is, the caller's to release. Absent on engines that
   * keep weights as float32 only.
   *
   * @param block - its place in {@link Transformer.blocks}
   */
  compress?(block: number, parameters: Vector, format: CompressedFormat): Promise<CompressedWeights>;
  /** Looks the tokens up. @returns `[T, C]` */
  embeddingForward(parameters: BlockWeights, batch: BatchHandle): Promise<Vector>;
  /**
   * Adds the gradient of the embedding's parameters.
   *
   * @param outputGradient - of the embedding's output `[T, C]`.
   */
  embeddingBackward(batch: BatchHandle, outputGradient: Vector, gradient: Vector): Promise<void>;
  /**
   * Computes one layer on a whole batch.
   *
   * @param keep - keep what backward needs; otherwise backward recomputes it from the input.
   */
  layerForward(
    parameters: BlockWeights,
    input: Vector,
    batch: BatchHandle,
    keep: boolean,
    adapter?: LayerAdapter,
  ): Promise<LayerForward>;
  /**
   * Adds the gradient of a layer's parameters and returns that of its input.
   *
   * @param activations - from {@link Transformer.layerForward}, used up by this call; `undefined` recomputes them from
   * `input`.
   * @param gradient - `undefined` where the layer is frozen: its products, a third of the work, are then left out.
   * @param adapter - the one that forward was given.
   * @returns gradient of the input `[T, C]`
   */
  layerBackward(
    parameters: Vector,
    input: Vector,
    activations: LayerActivations | undefined,
    batch: BatchHandle,
    outputGradient: Vector,
    gradient: Vector | undefined,
    adapter?: LayerAdapter,
  ): Promise<Vector>;
  /** Adds `scale B A` to the matrices of a layer, in place: it then computes without the adapter what it did with it. */
  mergeAdapter(parameters: Vector, adapter: LayerAdapter): Promise<void>;
  /** Final norm, LM head and cross-entropy in one, in chunks of rows: `[T, V]` logits never exist at once. */
  headLoss(parameters: HeadWeights, input: Vector, batch: BatchHandle, options: HeadLossOptions): Promise<HeadLoss>;
  /** Logits of the given rows of the head's input. @returns `[rows.length, V]` */
  headLogits(parameters: HeadWeights, input: Vector, rows: Int32Array): Promise<Float32Array>;
  /** The model's final norm alone: what its head reads of a layer's output. @returns `[T, C]` */
  finalNorm(parameters: HeadWeights, input: Vector): Promise<Vector>;
  /** An empty cache for one sequence of up to `capacity` tokens: a limit, to be filled as tokens come. */
  createCache(capacity: number): Promise<KeyValueCache>;
  /** A cache of up to `capacity` tokens that begins as another does, with its first `length` tokens. */
  copyCache(cache: KeyValueCache, length: number, capacity: number): Promise<KeyValueCache>;
  /** Forgets all but the first `length` tokens. */
  truncateCache(cache: KeyValueCache, length: number): void;
  /**
   * Runs every layer over the new tokens of several sequences at once and adds them to their caches.
   *
   * On the native engine the logits of a sequence have the same bits whoever shares the step and however its tokens are
   * cut into steps; on others they may differ in rounding.
   *
   * @returns for each request the logits `[V]` after its last token.
   */
  decode(parameters: ModelWeights, requests: readonly DecodeRequest[]): Promise<Float32Array[]>;
}

/** One AdamW update (Loshchilov and Hutter 2019): decoupled decay, bias-corrected, all in float32. @public */
export interface AdamWUpdate {
  /** Changed in place. */
  readonly parameters: Vector;
  /** As long as `parameters`; read, not cleared. */
  readonly gradient: Vector;
  /** As long as `parameters`; zeros before the first step, changed in place. */
  readonly firstMoment: Vector;
  /** As long as `parameters`; zeros before the first step, changed in place. */
  readonly secondMoment: Vector;
  /** Counts from 1. */
  readonly step: number;
  /** Of this step, as the schedule has it. */
  readonly learningRate: number;
  /** Decay of the first moment, in [0, 1); usually 0.9. */
  readonly beta1: number;
  /** Decay of the second moment, in [0, 1); usually 0.999. */
  readonly beta2: number;
  /** Added to the root of the second moment; usually 1e-8. */
  readonly epsilon: number;
  /** Decoupled from the gradient, times the learning rate; 0 for none. */
  readonly weightDecay: number;
  /** Half-open ranges of the vector that decay; everything when absent. */
  readonly decayRanges?: readonly (readonly [start: number, end: number])[] | undefined;
  /** Factor on the gradient before use: the clipping factor. */
  readonly gradientScale: number;
}

/** Where a new vector is to lie. @public */
export interface ZerosOptions {
  /**
   * Most of it will stay zero, as in the gradient and the moments of an embedding: an engine may take memory only where
   * something is written.
   *
   * @defaultValue `false`
   */
  readonly sparse?: boolean | undefined;
}

/** `native`: the C++ kernels; `tfjs`: TensorFlow.js on one of its backends. @public */
export type EngineName = 'native' | 'tfjs';

/** What an engine holds now. @public */
export interface EngineUsage {
  /** Handles that were made and not released. */
  readonly handles: number;
  /** Memory that these hold. */
  readonly bytes: number;
}

/**
 * Where numbers are computed. Vectors cross this seam as opaque handles and bytes move only by {@link Engine.upload},
 * {@link Engine.write} and {@link Engine.download}, so that an engine can keep them on its device between steps.
 *
 * @public
 */
export interface Engine extends AsyncDisposable {
  /** Which of the engines it is. */
  readonly name: EngineName;
  /** What it runs on: `wasm`, `cpu`, `tensorflow`; for `native` the instruction set. */
  readonly backend: string;
  /** Why it was picked, in a sentence for people. */
  readonly reason: string;
  /** What is held now, for tests and gauges: 0 again when everything was released. */
  readonly usage: EngineUsage;
  /** Makes the computations of one shape of model. Costs nothing and needs no release. */
  transformer(shape: ModelShape): Transformer;
  /** Makes a vector of zeros, the caller's to release. */
  zeros(length: number, options?: ZerosOptions): Promise<Vector>;
  /**
   * A vector over the caller's own memory, an `ArrayBuffer` or a `SharedArrayBuffer`: what the engine writes the array
   * holds, and what the caller writes between calls the engine reads. Nothing is copied. Absent on engines that compute in
   * a memory of their own.
   */
  view?(values: Float32Array): Vector;
  /** Copies `values`, which must stay as they are until the promise settles. */
  upload(values: Float32Array): Promise<Vector>;
  /** Replaces what a vector holds by `values`, which must stay as they are until the promise settles. */
  write(vector: Vector, values: Float32Array): Promise<void>;
  /**
   * Copies a vector out of the engine's memory.
   *
   * @param into - filled and returned when given.
   */
  download(vector: Vector, into?: Float32Array): Promise<Float32Array>;
  /** Sum of squares of all elements, accumulated in double precision or as exactly as the device allows. */
  sumOfSquares(vector: Vector): Promise<number>;
  /** Updates parameters and moments in place. */
  adamw(update: AdamWUpdate): Promise<void>;
  /** Releasing twice is harmless; using a handle after its release throws. */
  release(...handles: readonly (Handle | undefined)[]): void;
}
