import { VicunaError } from '../../core/index.js';
import type { AdamWUpdate, Engine, EngineUsage, Handle, Transformer, Vector, ZerosOptions } from '../engine.js';
import type { ModelShape } from '../shape.js';
import type { InstructionSet, NativeAddon } from './addon.js';
import { NativeVector } from './handles.js';
import { Runtime } from './runtime.js';
import { NativeTransformer } from './transformer.js';

/** Some hundredths of a second on today's processors. */
const PEAK_ITERATIONS = 2e7;
/** The first runs while the processor raises its clock, and others may use the machine during any. */
const PEAK_RUNS = 5;

/** What the calls of one kernel took together. */
export interface KernelTime {
  /** As `native/kernels/kernel_table.h` calls it. */
  readonly kernel: string;
  readonly calls: number;
  readonly seconds: number;
}

/** Computes on the processor with kernels of this package, on threads of its own. */
export class NativeEngine implements Engine {
  readonly name = 'native';
  readonly backend: InstructionSet;
  readonly reason: string;
  readonly #runtime: Runtime;

  constructor(addon: NativeAddon, threads: number, instructionSet: InstructionSet, reason: string) {
    this.backend = instructionSet;
    this.reason = reason;
    this.#runtime = new Runtime(addon, addon.createEngine(threads, instructionSet));
  }

  get usage(): EngineUsage {
    return this.#runtime.handles.usage;
  }

  transformer(shape: ModelShape): Transformer {
    return new NativeTransformer(this.#runtime, shape);
  }

  async zeros(length: number, { sparse = false }: ZerosOptions = {}): Promise<Vector> {
    if (!Number.isSafeInteger(length) || length < 0) fail(`a vector cannot have ${length} elements`);
    const { addon } = this.#runtime;
    const memory = await this.#runtime.run('zeros', (engine) => addon.zeros(engine, length, sparse));
    return this.#runtime.vector(memory, length);
  }

  view(values: Float32Array): Vector {
    const { addon, engine } = this.#runtime;
    return this.#runtime.vector(addon.view(engine, values), values.length, values);
  }

  async upload(values: Float32Array): Promise<Vector> {
    const { addon } = this.#runtime;
    const memory = await this.#runtime.run('upload', (engine) => addon.upload(engine, values));
    return this.#runtime.vector(memory, values.length);
  }

  async write(vector: Vector, values: Float32Array): Promise<void> {
    assertSameLength(values.length, vector.length);
    const known = this.#resolve(vector);
    known.touch();
    await this.#runtime.run('write', (engine) => this.#runtime.addon.write(engine, known.inner, values));
  }

  async download(vector: Vector, into = new Float32Array(vector.length)): Promise<Float32Array> {
    assertSameLength(into.length, vector.length);
    const { inner } = this.#resolve(vector);
    await this.#runtime.run('download', (engine) => this.#runtime.addon.read(engine, inner, into));
    return into;
  }

  async sumOfSquares(vector: Vector): Promise<number> {
    const { inner } = this.#resolve(vector);
    return this.#runtime.run('sum of squares', (engine) => this.#runtime.addon.sumOfSquares(engine, inner));
  }

  async adamw(update: AdamWUpdate): Promise<void> {
    const { learningRate, beta1, beta2, epsilon, weightDecay, gradientScale, step } = update;
    const { length } = update.parameters;
    const ranges = update.decayRanges ?? [[0, length]];
    assertRanges(ranges, length);
    for (const vector of [update.gradient, update.firstMoment, update.secondMoment])
      assertSameLength(vector.length, length);
    const vectors = [update.parameters, update.gradient, update.firstMoment, update.secondMoment] as const;
    const [parameters, gradient, first, second] = vectors.map((vector) => this.#resolve(vector)) as [
      NativeVector,
      NativeVector,
      NativeVector,
      NativeVector,
    ];
    for (const written of [parameters, first, second]) written.touch();
    const stepSize = learningRate / (1 - beta1 ** step);
    const rootScale = 1 / Math.sqrt(1 - beta2 ** step);
    const factors = [gradientScale, beta1, 1 - beta1, beta2, 1 - beta2, stepSize, rootScale, epsilon];
    await this.#runtime.run('AdamW', (engine) =>
      this.#runtime.addon.adamw(
        engine,
        parameters.inner,
        gradient.inner,
        first.inner,
        second.inner,
        Float64Array.of(...factors, learningRate * weightDecay),
        Float64Array.from(ranges.flat()),
      ),
    );
  }

  release(...handles: readonly (Handle | undefined)[]): void {
    for (const handle of handles) if (handle !== undefined) this.#runtime.handles.release(handle);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime.dispose();
  }

  /**
   * Times every kernel from now on, or no longer: what the bench of training says a step is spent on.
   *
   * @returns what was timed since the call before.
   */
  async profile(enabled: boolean): Promise<KernelTime[]> {
    const times = await this.#runtime.run('profile', (engine) => this.#runtime.addon.profile(engine, enabled));
    return times.map(([kernel, calls, seconds]) => ({ kernel, calls, seconds }));
  }

  /** Floating-point operations a second of bare multiply-adds on all threads: the most any kernel could do. */
  async peak(): Promise<number> {
    let best = 0;
    for (let run = 0; run < PEAK_RUNS; run++) {
      const started = performance.now();
      const operations = await this.#runtime.run('peak', (engine) => this.#runtime.addon.peak(engine, PEAK_ITERATIONS));
      best = Math.max(best, (operations * 1000) / (performance.now() - started));
    }
    return best;
  }

  #resolve(vector: Vector): NativeVector {
    return this.#runtime.handles.resolve(vector, NativeVector);
  }
}

function assertSameLength(length: number, expected: number): void {
  if (length !== expected) fail(`${length} elements do not fit a vector of ${expected}`);
}

function assertRanges(ranges: readonly (readonly [number, number])[], length: number): void {
  let reached = 0;
  for (const [start, end] of ranges) {
    if (!(start >= reached && end >= start && end <= length))
      fail(`the decay range ${start} to ${end} is out of order or outside a vector of ${length}`);
    reached = end;
  }
}

function fail(problem: string): never {
  throw new VicunaError('engine-failed', `The engine was asked for something impossible: ${problem}.`);
}
