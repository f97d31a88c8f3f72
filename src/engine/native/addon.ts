import type { CompressedFormat } from '../engine.js';
import type { BlockLayout } from '../layout.js';

/** Marks handles of one kind: values that only the addon can look into. */
type Opaque<Kind extends string> = { readonly opaque: Kind };

export type EngineHandle = Opaque<'engine'>;
export type TransformerHandle = Opaque<'transformer'>;
/** Floats in the engine's memory. */
export type MemoryHandle = Opaque<'memory'>;
export type BatchHandle = Opaque<'batch'>;
export type ActivationsHandle = Opaque<'activations'>;
export type CacheHandle = Opaque<'cache'>;
/** A block's parameters, rounded. */
export type CompressedHandle = Opaque<'compressed'>;
/** A block's parameters where they are only read. */
export type BlockHandle = MemoryHandle | CompressedHandle;
export type AnyHandle = EngineHandle | TransformerHandle | BlockHandle | BatchHandle | ActivationsHandle | CacheHandle;

/** Kernels the native engine has been compiled for. @public */
export type InstructionSet = 'avx512' | 'avx2' | 'neon' | 'portable';

/** Sets of instructions that kernels exist for, fastest first. */
export const INSTRUCTION_SETS = ['avx512', 'avx2', 'neon', 'portable'] as const satisfies readonly InstructionSet[];

/**
 * Everything the C++ addon exports. It asserts where it should throw: arguments are validated on this side.
 *
 * Promises settle in the order of the calls. Typed arrays are read and written in place, over an `ArrayBuffer` or a
 * `SharedArrayBuffer`, and must stay as they are until the promise settles.
 */
export interface NativeAddon {
  /** Those that this processor has, fastest first. */
  instructionSets(): InstructionSet[];
  createEngine(threads: number, instructionSet: InstructionSet): EngineHandle;
  /** @param sparse - memory is taken only where it is written */
  zeros(engine: EngineHandle, length: number, sparse: boolean): Promise<MemoryHandle>;
  upload(engine: EngineHandle, values: Float32Array): Promise<MemoryHandle>;
  /** Memory of the array itself, which must stay alive as long as calls use the handle. */
  view(engine: EngineHandle, values: Float32Array): MemoryHandle;
  /** @param values - as many as the memory has */
  write(engine: EngineHandle, memory: MemoryHandle, values: Float32Array): Promise<void>;
  read(engine: EngineHandle, memory: MemoryHandle, into: Float32Array): Promise<void>;
  sumOfSquares(engine: EngineHandle, memory: MemoryHandle): Promise<number>;
  /**
   * @param factors - gradient scale, beta 1, 1 - beta 1, beta 2, 1 - beta 2, learning rate / (1 - beta1^step),
   *   1 / sqrt(1 - beta2^step), epsilon, learning rate * weight decay
   * @param decayRanges - pairs of start and end, rising
   */
  adamw(
    engine: EngineHandle,
    parameters: MemoryHandle,
    gradient: MemoryHandle,
    firstMoment: MemoryHandle,
    secondMoment: MemoryHandle,
    factors: Float64Array,
    decayRanges: Float64Array,
  ): Promise<void>;
  /** Multiplies and adds in registers only. @returns how many operations that were, to be divided by the time taken. */
  peak(engine: EngineHandle, iterations: number): Promise<number>;
  /**
   * Times every kernel from now on, or no longer. Costs nothing while it is off.
   *
   * @returns what was timed since the call before, kernels that were called alone.
   */
  profile(engine: EngineHandle, enabled: boolean): Promise<[kernel: string, calls: number, seconds: number][]>;
  /** Frees what a handle refers to once the calls that use it have settled. */
  release(handle: AnyHandle): void;

  /**
   * @param sizes - vocabulary, hidden, layers, heads, key-value heads, head, feed-forward, epsilon, 1 for tied embeddings
   * @param frequencies - radians per position, `[head size / 2]`
   */
  createTransformer(engine: EngineHandle, sizes: Float64Array, frequencies: Float32Array): TransformerHandle;
  /**
   * @param targets - what each position predicts, negative where nothing
   * @param sequenceIds - what dropout knows each sequence by
   */
  createBatch(
    tokens: Int32Array,
    targets: Int32Array,
    sequenceStarts: Int32Array,
    sequenceIds: Int32Array,
  ): BatchHandle;
  compress(
    transformer: TransformerHandle,
    parameters: MemoryHandle,
    kind: BlockLayout['kind'],
    format: CompressedFormat,
  ): Promise<[block: CompressedHandle, bytes: number]>;
  embeddingForward(transformer: TransformerHandle, parameters: BlockHandle, batch: BatchHandle): Promise<MemoryHandle>;
  embeddingBackward(
    transformer: TransformerHandle,
    batch: BatchHandle,
    outputGradient: MemoryHandle,
    gradient: MemoryHandle,
  ): Promise<void>;
  /** @param adapterForm - rank, scale, dropout rate, dropout seed, and 1 or 0 for each target in the order of the vector */
  layerForward(
    transformer: TransformerHandle,
    parameters: BlockHandle,
    input: MemoryHandle,
    batch: BatchHandle,
    keep: boolean,
    adapter: MemoryHandle | undefined,
    adapterForm: Float64Array | undefined,
  ): Promise<[output: MemoryHandle, activations: ActivationsHandle | undefined]>;
  layerBackward(
    transformer: TransformerHandle,
    parameters: MemoryHandle,
    input: MemoryHandle,
    activations: ActivationsHandle | undefined,
    batch: BatchHandle,
    outputGradient: MemoryHandle,
    gradient: MemoryHandle | undefined,
    adapter: MemoryHandle | undefined,
    adapterForm: Float64Array | undefined,
    adapterGradient: MemoryHandle | undefined,
  ): Promise<MemoryHandle>;
  /** Adds an adapter's product to its layer's matrices. */
  mergeAdapter(
    transformer: TransformerHandle,
    parameters: MemoryHandle,
    adapter: MemoryHandle,
    adapterForm: Float64Array,
  ): Promise<void>;
  headLoss(
    transformer: TransformerHandle,
    head: BlockHandle,
    embedding: BlockHandle | undefined,
    input: MemoryHandle,
    batch: BatchHandle,
    gradientScale: number,
    headGradient: MemoryHandle | undefined,
    embeddingGradient: MemoryHandle | undefined,
    tokenLosses: Float32Array | undefined,
    wantsInputGradient: boolean,
  ): Promise<[lossSum: number, inputGradient: MemoryHandle | undefined]>;
  headLogits(
    transformer: TransformerHandle,
    head: BlockHandle,
    embedding: BlockHandle | undefined,
    input: MemoryHandle,
    rows: Int32Array,
    logits: Float32Array,
  ): Promise<void>;
  finalNorm(
    transformer: TransformerHandle,
    head: BlockHandle,
    embedding: BlockHandle | undefined,
    input: MemoryHandle,
  ): Promise<MemoryHandle>;
  createCache(transformer: TransformerHandle, capacity: number): Promise<CacheHandle>;
  /** @param length - tokens of `cache` that the new one begins with */
  copyCache(transformer: TransformerHandle, cache: CacheHandle, length: number, capacity: number): Promise<CacheHandle>;
  /**
   * @param tokens - the sequences' new tokens end to end
   * @param pasts - how many tokens of each cache count
   * @param counts - how many tokens of each sequence are new
   * @param logits - filled, `[sequences, vocabulary]`
   */
  decode(
    transformer: TransformerHandle,
    blocks: readonly BlockHandle[],
    caches: readonly CacheHandle[],
    tokens: Int32Array,
    pasts: Int32Array,
    counts: Int32Array,
    logits: Float32Array,
  ): Promise<void>;
}
