import { VicunaError } from '../../core/index.js';
import type {
  BatchHandle,
  CompressedFormat,
  CompressedWeights,
  EngineUsage,
  Handle,
  KeyValueCache,
  LayerActivations,
  Transformer,
  Vector,
} from '../engine.js';
import type { BlockLayout } from '../layout.js';
import type * as addon from './addon.js';

/** Memory of the addon that an engine gave out and will free. */
abstract class NativeHandle<Inner extends addon.AnyHandle> {
  /** What an error calls it. */
  abstract readonly noun: string;
  readonly inner: Inner;
  readonly bytes: number;
  released = false;
  /** The array whose memory it is, kept alive by it; absent where the memory is the engine's. */
  readonly viewed: Float32Array | undefined;

  constructor(inner: Inner, bytes: number, viewed?: Float32Array) {
    this.inner = inner;
    this.bytes = bytes;
    this.viewed = viewed;
  }
}

export class NativeVector extends NativeHandle<addon.MemoryHandle> implements Vector {
  readonly noun = 'vector';
  readonly length: number;
  #version = 0;

  constructor(inner: addon.MemoryHandle, length: number, viewed?: Float32Array) {
    super(inner, viewed === undefined ? length * Float32Array.BYTES_PER_ELEMENT : 0, viewed);
    this.length = length;
  }

  get version(): number {
    return this.#version;
  }

  /** Notes that what it holds was, or is about to be, written. */
  touch(): void {
    this.#version++;
  }
}

export class NativeCompressed extends NativeHandle<addon.CompressedHandle> implements CompressedWeights {
  readonly noun = 'block of weights';
  /** Who made it: another's parts may be elsewhere. */
  readonly owner: Transformer;
  readonly kind: BlockLayout['kind'];
  readonly format: CompressedFormat;

  constructor(
    inner: addon.CompressedHandle,
    bytes: number,
    owner: Transformer,
    kind: BlockLayout['kind'],
    format: CompressedFormat,
  ) {
    super(inner, bytes);
    this.owner = owner;
    this.kind = kind;
    this.format = format;
  }
}

export class NativeBatch extends NativeHandle<addon.BatchHandle> implements BatchHandle {
  readonly noun = 'batch';
  readonly tokens: number;
  readonly supervisedTokens: number;

  constructor(inner: addon.BatchHandle, tokens: number, supervisedTokens: number) {
    // Ids, positions, supervised rows and their targets.
    super(inner, (2 * tokens + 2 * supervisedTokens) * Int32Array.BYTES_PER_ELEMENT);
    this.tokens = tokens;
    this.supervisedTokens = supervisedTokens;
  }
}

export class NativeActivations extends NativeHandle<addon.ActivationsHandle> implements LayerActivations {
  readonly noun = 'activations';
  /** Backward puts gradients into their memory. */
  usedUp = false;
}

export class NativeCache extends NativeHandle<addon.CacheHandle> implements KeyValueCache {
  readonly noun = 'cache';
  readonly capacity: number;
  length = 0;

  constructor(inner: addon.CacheHandle, bytes: number, capacity: number) {
    super(inner, bytes);
    this.capacity = capacity;
  }
}

export type AnyNativeHandle = NativeVector | NativeCompressed | NativeBatch | NativeActivations | NativeCache;

/** Every handle an engine has given out and not yet freed. */
export class HandleTable {
  readonly #free: (handle: AnyNativeHandle) => void;
  readonly #live = new Set<AnyNativeHandle>();
  #bytes = 0;

  constructor(free: (handle: AnyNativeHandle) => void) {
    this.#free = free;
  }

  get usage(): EngineUsage {
    return { handles: this.#live.size, bytes: this.#bytes };
  }

  add<H extends AnyNativeHandle>(handle: H): H {
    this.#live.add(handle);
    this.#bytes += handle.bytes;
    return handle;
  }

  /** @throws VicunaError `disposed` when it was released, `engine-failed` when it is another engine's. */
  resolve<H extends AnyNativeHandle>(handle: Handle, kind: new (...parameters: never[]) => H): H {
    if (handle instanceof kind && this.#live.has(handle)) return handle;
    if (handle instanceof NativeHandle && handle.released)
      throw new VicunaError('disposed', `This ${handle.noun} was released and cannot be used again.`);
    throw new VicunaError(
      'engine-failed',
      'A handle of another engine, or of another kind, was given to this engine. Download and upload to move numbers.',
    );
  }

  release(handle: Handle): void {
    if (handle instanceof NativeHandle && handle.released) return;
    const live = this.resolve(handle, NativeHandle as unknown as new () => AnyNativeHandle);
    this.#live.delete(live);
    this.#bytes -= live.bytes;
    live.released = true;
    this.#free(live);
  }

  releaseAll(): void {
    for (const handle of [...this.#live]) this.release(handle);
  }
}
