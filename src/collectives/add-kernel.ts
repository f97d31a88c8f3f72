import type { CollectiveArray } from './communicator.js';

/** Bytes that are added at a time: two such blocks stay in the first-level cache. */
export const BLOCK_BYTES = 16 << 10;

/** Two blocks of memory, and the addition of one to the other. */
export interface AddKernel {
  readonly sum: CollectiveArray;
  readonly values: CollectiveArray;
  /** Adds the first `count` elements of `values` to those of `sum`; what lies behind them is left undefined. */
  add(count: number): void;
}

/** What is used of WebAssembly here: its types come with those of browsers only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
  ) => {
    readonly exports: {
      readonly memory: { readonly buffer: ArrayBuffer };
      readonly add: (sum: number, values: number, end: number) => void;
    };
  };
};

const [F32X4_ADD, F64X2_ADD] = [0xe4, 0xf0];
const VECTOR_BYTES = 16;

/**
 * A loop of vector additions as WebAssembly, since V8 compiles one in JavaScript to single ones: 4.7 GB/s against 2.3 for
 * the sum of two arrays, 2.6 against 0.8 for four.
 */
export function createAddKernel(type: 'float32' | 'float64'): AddKernel {
  const module = new WebAssembly.Module(assemble(type === 'float32' ? F32X4_ADD : F64X2_ADD));
  const { memory, add } = new WebAssembly.Instance(module).exports;
  const view = (offset: number) =>
    type === 'float32'
      ? new Float32Array(memory.buffer, offset, BLOCK_BYTES / 4)
      : new Float64Array(memory.buffer, offset, BLOCK_BYTES / 8);
  const [sum, values] = [view(0), view(BLOCK_BYTES)];
  return { sum, values, add: (count) => add(0, BLOCK_BYTES, BLOCK_BYTES + count * values.BYTES_PER_ELEMENT) };
}

/*
 * (module
 *   (memory (export "memory") 1)
 *   (func (export "add") (param $sum i32) (param $values i32) (param $end i32)
 *     (loop
 *       (v128.store (local.get $sum) (add (v128.load (local.get $sum)) (v128.load (local.get $values))))
 *       (local.set $sum (i32.add (local.get $sum) (i32.const 16)))
 *       (local.set $values (i32.add (local.get $values) (i32.const 16)))
 *       (br_if 0 (i32.lt_u (local.get $values) (local.get $end))))))
 */
function assemble(add: number): Uint8Array<ArrayBuffer> {
  const [SUM, VALUES, END] = [0, 1, 2];
  const [I32, FUNCTION, MEMORY] = [0x7f, 0x00, 0x02];
  const get = (local: number) => [0x20, local];
  const set = (local: number) => [0x21, local];
  const vector = (...operation: number[]) => [0xfd, ...operation];
  const [load, store] = [vector(0x00, 4, 0), vector(0x0b, 4, 0)];
  const advance = (local: number) => [...get(local), 0x41, VECTOR_BYTES, 0x6a, ...set(local)];
  const [loop, branchToLoop, lessThan, end] = [[0x03, 0x40], [0x0d, 0], 0x49, 0x0b];
  const body = [
    ...[0, ...loop, ...get(SUM), ...get(SUM), ...load, ...get(VALUES), ...load, ...vector(add, 1), ...store],
    ...[...advance(SUM), ...advance(VALUES), ...get(VALUES), ...get(END), lessThan, ...branchToLoop, end, end],
  ];
  const sized = (bytes: readonly number[]) => [bytes.length, ...bytes];
  const name = (text: string) => sized([...Buffer.from(text)]);
  const [types, functions, memories, exports, code] = [1, 3, 5, 7, 10];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[types, ...sized([1, 0x60, ...sized([I32, I32, I32]), 0])],
    ...[functions, ...sized([1, 0])],
    ...[memories, ...sized([1, 0, 1])],
    ...[exports, ...sized([2, ...name('memory'), MEMORY, 0, ...name('add'), FUNCTION, 0])],
    ...[code, ...sized([1, ...sized(body)])],
  ]);
}
