import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Device } from './device.js';
import type { HostMemory } from './host-memory.js';

/** All that WebAssembly's 32-bit addresses reach, less the last page. */
const ADDRESSABLE_BYTES = 2 ** 32 - 2 ** 16;

/** Thrown where the library itself would go on with memory it does not have. */
export class OutOfWasmMemory extends Error {
  constructor(bytes: number) {
    const megabytes = Math.ceil(bytes / 2 ** 20).toLocaleString('en-US');
    super(`its 4 GB have no room for another ${megabytes} MB`);
  }
}

/** Memory of the wasm backend, shared by all engines on it. */
export interface WasmMemory extends HostMemory {
  /**
   * Checks before the backend allocates on its own, where a failure would only show as wrong numbers.
   *
   * @throws OutOfWasmMemory
   */
  readonly assertRoom: (bytes: number) => void;
  /** Whether memory has grown so far that nothing should be kept only for speed. */
  readonly isScarce: () => boolean;
}

export function wasmMemory(device: Device): WasmMemory {
  const { tf } = device;
  const backend = () => tf.backend() as BackendWasm;
  const wasm = device.compute(backend).wasm as unknown as WasmModule;
  const allocate = guardAllocations(wasm);
  const growable = () => ADDRESSABLE_BYTES - wasm.HEAPU8.length;
  return {
    make: (shape) => tf.engine().makeTensorFromTensorInfo(backend().makeOutput([...shape], 'float32')),
    view: (tensor) => backend().typedArrayFromHeap(tensor) as Float32Array,
    assertRoom: (bytes) => {
      // Growth that always succeeds needs no trial.
      if (bytes > growable()) wasm._free(allocate(bytes));
    },
    isScarce: () => growable() < ADDRESSABLE_BYTES / 8,
  };
}

/** What Emscripten puts on its modules and the library leaves out of its types. */
interface WasmModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

type Allocate = (bytes: number) => number;

const guards = new WeakMap<WasmModule, Allocate>();

/** Makes an allocation that fails throw: the backend writes to address 0 instead and goes on. */
function guardAllocations(wasm: WasmModule): Allocate {
  const known = guards.get(wasm);
  if (known !== undefined) return known;
  // The first call of an exported function replaces it on the module.
  wasm._free(wasm._malloc(1));
  const unguarded: Allocate = wasm._malloc;
  const guarded: Allocate = (bytes) => {
    const address = unguarded(bytes);
    if (address === 0) throw new OutOfWasmMemory(bytes);
    return address;
  };
  wasm._malloc = guarded;
  guards.set(wasm, guarded);
  return guarded;
}
