import type { Engine, Vector } from '../../engine/index.js';

/**
 * A vector that both the engine and the collectives reach: over the same memory where the engine computes in the host's,
 * copied back and forth otherwise.
 */
export class HostedVector {
  readonly host: Float32Array;
  readonly vector: Vector;
  readonly #engine: Engine;
  readonly #isShared: boolean;

  private constructor(engine: Engine, host: Float32Array, vector: Vector, isShared: boolean) {
    this.#engine = engine;
    this.host = host;
    this.vector = vector;
    this.#isShared = isShared;
  }

  /** @param host - its memory; what it holds is what the vector holds. */
  static async over(engine: Engine, host: Float32Array): Promise<HostedVector> {
    const view = engine.view?.(host);
    return new HostedVector(engine, host, view ?? (await engine.upload(host)), view !== undefined);
  }

  /** After the host's side was written. */
  async toEngine(): Promise<void> {
    if (!this.#isShared) await this.#engine.write(this.vector, this.host);
  }

  /** After the engine's side was written. */
  async toHost(): Promise<void> {
    if (!this.#isShared) await this.#engine.download(this.vector, this.host);
  }

  release(): void {
    this.#engine.release(this.vector);
  }
}

export async function makeHosted(engine: Engine, hosts: readonly Float32Array[]): Promise<HostedVector[]> {
  const made: HostedVector[] = [];
  try {
    for (const host of hosts) made.push(await HostedVector.over(engine, host));
    return made;
  } catch (error) {
    for (const vector of made) vector.release();
    throw error;
  }
}
