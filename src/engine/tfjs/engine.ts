import type { AdamWUpdate, Engine, EngineUsage, Handle, Transformer, Vector } from '../engine.js';
import type { ModelShape } from '../shape.js';
import { impossible } from './arguments.js';
import { CpuKernels } from './cpu-kernels.js';
import type { Device, TfjsBackend } from './device.js';
import { Kernels } from './kernels.js';
import { Runtime } from './runtime.js';
import { TfjsTransformer } from './transformer.js';
import { uploadOwned } from './upload.js';
import { TfjsVector } from './vector.js';
import { WasmKernels } from './wasm-kernels.js';

/** The engine over TensorFlow.js: through TensorFlow itself (CPU or NVIDIA GPU), in WebAssembly, or in plain JavaScript. */
export class TfjsEngine implements Engine {
  readonly name = 'tfjs';
  readonly backend: TfjsBackend;
  readonly reason: string;
  readonly #runtime: Runtime;

  constructor(device: Device, reason: string) {
    this.backend = device.backend;
    this.reason = reason;
    this.#runtime = new Runtime(kernelsFor(device));
  }

  get usage(): EngineUsage {
    return this.#runtime.usage;
  }

  transformer(shape: ModelShape): Transformer {
    this.#runtime.assertAlive();
    return new TfjsTransformer(this.#runtime, shape);
  }

  async zeros(length: number): Promise<Vector> {
    assertLength(length);
    await this.#runtime.turn();
    const { tf } = this.#runtime.device;
    return this.#runtime.compute('vector of zeros', () => this.#runtime.vector(tf.keep(tf.zeros([length]))));
  }

  async upload(values: Float32Array): Promise<Vector> {
    const copy = values.slice();
    await this.#runtime.turn();
    const { device } = this.#runtime;
    return this.#runtime.compute('upload', () =>
      this.#runtime.vector(device.tf.keep(uploadOwned(device, copy, [copy.length]))),
    );
  }

  async write(vector: Vector, values: Float32Array): Promise<void> {
    assertSameLength(values.length, vector.length);
    const copy = values.slice();
    await this.#runtime.turn();
    const known = this.#runtime.resolve(vector, TfjsVector);
    const { device } = this.#runtime;
    this.#runtime.compute('write', () => known.replace(device.tf.keep(uploadOwned(device, copy, [copy.length]))));
  }

  async download(vector: Vector, into?: Float32Array): Promise<Float32Array> {
    if (into) assertSameLength(into.length, vector.length);
    await this.#runtime.turn();
    const known = this.#runtime.resolve(vector, TfjsVector);
    const values = this.#runtime.compute('download', () => this.#runtime.kernels.read(known.tensor));
    if (into === undefined) return values;
    into.set(values);
    return into;
  }

  async sumOfSquares(vector: Vector): Promise<number> {
    await this.#runtime.turn();
    const known = this.#runtime.resolve(vector, TfjsVector);
    return this.#runtime.compute('sum of squares', () => this.#runtime.kernels.sumOfSquares(known));
  }

  async adamw(update: AdamWUpdate): Promise<void> {
    const { length } = update.parameters;
    for (const vector of [update.gradient, update.firstMoment, update.secondMoment])
      assertSameLength(vector.length, length);
    assertRanges(update.decayRanges ?? [], length);
    await this.#runtime.turn();
    const resolve = (vector: Vector) => this.#runtime.resolve(vector, TfjsVector);
    this.#runtime.compute('AdamW update', () =>
      this.#runtime.kernels.adamw({
        ...update,
        parameters: resolve(update.parameters),
        gradient: resolve(update.gradient),
        firstMoment: resolve(update.firstMoment),
        secondMoment: resolve(update.secondMoment),
      }),
    );
  }

  release(...handles: readonly (Handle | undefined)[]): void {
    this.#runtime.release(...handles);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#runtime.dispose();
  }
}

function kernelsFor(device: Device): Kernels {
  if (device.backend === 'wasm') return new WasmKernels(device);
  return device.backend === 'cpu' ? new CpuKernels(device) : new Kernels(device);
}

function assertLength(length: number): void {
  if (!Number.isSafeInteger(length) || length < 0) impossible(`a vector cannot have ${length} elements`);
}

function assertSameLength(length: number, expected: number): void {
  if (length !== expected) impossible(`${length} elements do not fit a vector of ${expected}`);
}

function assertRanges(ranges: readonly (readonly [number, number])[], length: number): void {
  let reached = 0;
  for (const [start, end] of ranges) {
    if (!(start >= reached && end >= start && end <= length))
      impossible(`the decay range ${start} to ${end} is out of order or outside a vector of ${length}`);
    reached = end;
  }
}
