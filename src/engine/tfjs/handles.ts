import { VicunaError } from '../../core/index.js';
import type { TokenPlaces } from '../dropout.js';
import type { BatchHandle, EngineUsage, Handle, KeyValueCache, LayerActivations } from '../engine.js';
import type { AttentionPlan } from './attention-plan.js';
import type { Tensor } from './device.js';
import type { RopeTensors } from './kernels.js';
import type { ActivationTensors } from './layer.js';
import { TensorHandle, type TfjsVector } from './vector.js';

export interface BatchContent {
  readonly tokens: Int32Array;
  readonly targets: Int32Array;
  /** Positions that have something to predict, in order. */
  readonly supervised: Int32Array;
  readonly rope: RopeTensors;
  readonly attention: AttentionPlan;
  readonly places: TokenPlaces;
}

export class TfjsBatch extends TensorHandle implements BatchHandle {
  readonly noun = 'batch';
  readonly content: BatchContent;

  constructor(content: BatchContent) {
    super();
    this.content = content;
  }

  get tokens(): number {
    return this.content.tokens.length;
  }

  get supervisedTokens(): number {
    return this.content.supervised.length;
  }

  *tensors(): Iterable<Tensor> {
    yield* Object.values(this.content.rope);
  }
}

export class TfjsActivations extends TensorHandle implements LayerActivations {
  readonly noun = 'activations';
  readonly content: ActivationTensors;

  constructor(content: ActivationTensors) {
    super();
    this.content = content;
  }

  *tensors(): Iterable<Tensor> {
    yield* Object.values(this.content);
  }
}

/** Keys (rotated) and values of a layer, `[K, S, D]`. */
export type LayerCache = { readonly k_KSD: Tensor; readonly v_KSD: Tensor };

export class TfjsCache extends TensorHandle implements KeyValueCache {
  readonly noun = 'cache';
  readonly capacity: number;
  #layers: readonly LayerCache[] = [];

  constructor(capacity: number) {
    super();
    this.capacity = capacity;
  }

  get length(): number {
    return this.#layers[0]?.k_KSD.shape[1] ?? 0;
  }

  /** One a layer; none while the cache is empty. */
  get layers(): readonly LayerCache[] {
    return this.#layers;
  }

  /** Takes over new content and frees the old one. */
  replace(layers: readonly LayerCache[]): void {
    for (const tensor of this.tensors()) tensor.dispose();
    this.#layers = layers;
  }

  *tensors(): Iterable<Tensor> {
    for (const layer of this.#layers) yield* Object.values(layer);
  }
}

export type TfjsHandle = TfjsVector | TfjsBatch | TfjsActivations | TfjsCache;

/** Every handle an engine has given out and not yet freed. */
export class HandleTable {
  readonly #live = new Set<TfjsHandle>();

  add<H extends TfjsHandle>(handle: H): H {
    this.#live.add(handle);
    return handle;
  }

  /** @throws VicunaError `disposed` when it was released, `engine-failed` when it is another engine's. */
  resolve<H extends TfjsHandle>(handle: Handle, kind: abstract new (...parameters: never[]) => H): H {
    if (handle instanceof kind && this.#live.has(handle)) return handle;
    if (handle instanceof TensorHandle && handle.released)
      throw new VicunaError('disposed', `This ${handle.noun} was released and cannot be used again.`);
    throw new VicunaError(
      'engine-failed',
      'A handle of another engine, or of another kind, was given to this engine. Download and upload to move numbers.',
    );
  }

  /** @returns whether it was alive. */
  release(handle: Handle): boolean {
    if (!(handle instanceof TensorHandle) || handle.released) return false;
    const live = this.resolve(handle as Handle, TensorHandle as abstract new () => TfjsHandle);
    this.#live.delete(live);
    live.released = true;
    for (const tensor of live.tensors()) tensor.dispose();
    return true;
  }

  releaseAll(): void {
    for (const handle of [...this.#live]) this.release(handle);
  }

  get usage(): EngineUsage {
    let bytes = 0;
    for (const handle of this.#live) bytes += handle.bytes;
    return { handles: this.#live.size, bytes };
  }
}
