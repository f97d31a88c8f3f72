import { VicunaError } from '../../core/index.js';
import type { EngineHandle, MemoryHandle, NativeAddon } from './addon.js';
import { HandleTable, NativeVector } from './handles.js';

/** What an engine and its transformers share: the addon, the engine behind it, and who holds what of its memory. */
export class Runtime {
  readonly addon: NativeAddon;
  readonly handles: HandleTable;
  readonly #engine: EngineHandle;
  #pending: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(addon: NativeAddon, engine: EngineHandle) {
    this.addon = addon;
    this.#engine = engine;
    this.handles = new HandleTable(({ inner, viewed }) => {
      addon.release(inner);
      // Calls under way may still use the array's memory: it is not to be collected before they have ended.
      if (viewed !== undefined) this.#pending = this.#pending.finally(() => viewed);
    });
  }

  /** @throws VicunaError `disposed` */
  get engine(): EngineHandle {
    if (this.#disposed) throw new VicunaError('disposed', 'This engine was disposed of and cannot be used again.');
    return this.#engine;
  }

  /**
   * Waits for a call of the addon.
   *
   * @param what - names it in an error: `layer forward`.
   */
  async run<Result>(what: string, call: (engine: EngineHandle) => Result | Promise<Result>): Promise<Result> {
    const { engine } = this;
    try {
      const result = Promise.resolve(call(engine));
      this.#pending = result.catch(() => undefined);
      const value = await result;
      // Results that come in quick succession would otherwise be handled without anything else having a turn.
      await new Promise((resolve) => setImmediate(resolve));
      return value;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new VicunaError('engine-failed', `${what} failed on the native engine: ${reason}`, { cause: error });
    }
  }

  /** @param viewed - whose memory it is, where it is not the engine's. */
  vector(memory: MemoryHandle, length: number, viewed?: Float32Array): NativeVector {
    return this.handles.add(new NativeVector(memory, length, viewed));
  }

  /** Lets the calls under way end, then frees everything. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#pending;
    this.handles.releaseAll();
    this.addon.release(this.#engine);
  }
}
