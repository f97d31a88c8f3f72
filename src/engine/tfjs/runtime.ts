import { VicunaError } from '../../core/index.js';
import type { EngineUsage, Handle } from '../engine.js';
import type { Device, Tensor } from './device.js';
import { HandleTable, type TfjsHandle } from './handles.js';
import type { Kernels } from './kernels.js';
import { OperandCache } from './operands.js';
import { TfjsVector } from './vector.js';
import { OutOfWasmMemory } from './wasm-memory.js';

/** Copies of parameters in the form that products want: at most this many bytes of them are kept. */
const OPERAND_BUDGET = 2 ** 30;

/** What an engine and its transformers share: the device, and who holds what on it. */
export class Runtime {
  readonly device: Device;
  readonly kernels: Kernels;
  readonly handles = new HandleTable();
  readonly operands: OperandCache;
  #disposed = false;

  constructor(kernels: Kernels) {
    this.device = kernels.device;
    this.kernels = kernels;
    this.operands = new OperandCache(kernels, OPERAND_BUDGET);
  }

  get usage(): EngineUsage {
    const { handles, bytes } = this.handles.usage;
    return { handles, bytes: bytes + this.operands.bytes };
  }

  /** Lets other work of the process have a turn; every long call passes here once a block. */
  async turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.assertAlive();
  }

  /**
   * Runs tensor code.
   *
   * @param what - names it in an error: `layer forward`.
   */
  compute<Result>(what: string, work: () => Result): Result {
    this.assertAlive();
    try {
      return this.device.compute(work);
    } catch (error) {
      if (VicunaError.isInstance(error)) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      const advice =
        error instanceof OutOfWasmMemory
          ? ' Use fewer tokens a batch, recompute activations instead of keeping them, or a smaller model; the ' +
            "'tensorflow' backend has no such limit."
          : '';
      throw new VicunaError(
        'engine-failed',
        `The ${what} could not be computed on the ${this.device.backend} backend: ${reason}.${advice}`,
        { cause: error },
      );
    } finally {
      this.operands.trim();
    }
  }

  vector(tensor: Tensor): TfjsVector {
    return this.handles.add(new TfjsVector(tensor));
  }

  release(...handles: readonly (Handle | undefined)[]): void {
    for (const handle of handles) {
      if (handle === undefined) continue;
      if (handle instanceof TfjsVector) this.operands.drop(handle);
      this.handles.release(handle);
    }
  }

  resolve<H extends TfjsHandle>(handle: Handle, kind: abstract new (...parameters: never[]) => H): H {
    return this.handles.resolve(handle, kind);
  }

  assertAlive(): void {
    if (this.#disposed) throw new VicunaError('disposed', 'This engine was disposed; create another one.');
  }

  dispose(): void {
    this.#disposed = true;
    this.operands.clear();
    this.handles.releaseAll();
  }
}
