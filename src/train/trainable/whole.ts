import type { ShardPiece, TensorKind } from '../../checkpoint/index.js';
import type { BlockLayout, Engine, ModelVectors, Vector } from '../../engine/index.js';
import { AdamW, type AdamWSettings, sumOfSquares, type UpdateRates } from '../optimizer.js';
import { type BlockVectors, wholeVectors, zerosOptions } from '../vectors.js';
import { type BlockReader, restoreVectors, type Trainable } from './trainable.js';

/** All there is to train, on one rank: the parameters are changed where they are, and nothing is copied. */
export class WholeTrainable implements Trainable {
  readonly parameters: BlockVectors;
  readonly gradients: LazyGradients;
  readonly #engine: Engine;
  readonly #vectors: ModelVectors;
  readonly #optimizer: AdamW;

  private constructor(engine: Engine, blocks: readonly BlockLayout[], vectors: ModelVectors, optimizer: AdamW) {
    this.#engine = engine;
    this.#vectors = vectors;
    this.#optimizer = optimizer;
    this.parameters = wholeVectors(vectors);
    this.gradients = new LazyGradients(engine, blocks);
  }

  /** @param vectors - the parameters; they stay the caller's. */
  static async create(
    engine: Engine,
    blocks: readonly BlockLayout[],
    vectors: ModelVectors,
    settings: AdamWSettings,
  ): Promise<WholeTrainable> {
    const parts = blocks.map((block) => ({ block, start: 0, end: block.size, zeros: zerosOptions(block, blocks) }));
    return new WholeTrainable(engine, blocks, vectors, await AdamW.create(engine, parts, settings));
  }

  async reduceGradients(): Promise<void> {}

  async gradientNorm(): Promise<number> {
    return Math.sqrt(await sumOfSquares(this.#engine, await this.gradients.all()));
  }

  async update(rates: UpdateRates): Promise<void> {
    await this.#optimizer.update(this.#vectors, await this.gradients.all(), rates);
  }

  async clearGradients(): Promise<void> {
    this.gradients.release();
  }

  pieces(): ShardPiece[] {
    return (['parameters', 'firstMoment', 'secondMoment'] as const).flatMap((kind) =>
      this.#vectorsOf(kind).map((vector, block) => ({
        kind,
        block,
        start: 0,
        end: vector.length,
        values: (into) => this.#engine.download(vector, into),
      })),
    );
  }

  async restore(kind: TensorKind, read: BlockReader): Promise<void> {
    await restoreVectors(this.#engine, this.#vectorsOf(kind), (block, into) => read(block, 0, into));
  }

  async readBlock(block: number, into: Float32Array | undefined): Promise<void> {
    if (into !== undefined) await this.#engine.download(this.#vectors[block]!, into);
  }

  release(): void {
    this.gradients.release();
    this.#optimizer.release();
  }

  #vectorsOf(kind: TensorKind): ModelVectors {
    const { firstMoments, secondMoments } = this.#optimizer;
    return { parameters: this.#vectors, firstMoment: firstMoments, secondMoment: secondMoments }[kind];
  }
}

/**
 * Gradients of blocks, each made when it is first lent: backward frees a layer's activations as it asks for the layer's
 * gradient, so the two are never in memory whole at the same time.
 */
class LazyGradients implements BlockVectors {
  readonly #engine: Engine;
  readonly #blocks: readonly BlockLayout[];
  readonly #vectors: (Vector | undefined)[];

  constructor(engine: Engine, blocks: readonly BlockLayout[]) {
    this.#engine = engine;
    this.#blocks = blocks;
    this.#vectors = blocks.map(() => undefined);
  }

  async lend<T>(block: number, use: (vector: Vector) => Promise<T>): Promise<T> {
    return use(await this.#get(block));
  }

  /** One vector a block. */
  async all(): Promise<ModelVectors> {
    for (const block of this.#blocks.keys()) await this.#get(block);
    return this.#vectors as Vector[];
  }

  release(): void {
    this.#engine.release(...this.#vectors);
    this.#vectors.fill(undefined);
  }

  async #get(block: number): Promise<Vector> {
    const layout = this.#blocks[block]!;
    this.#vectors[block] ??= await this.#engine.zeros(layout.size, zerosOptions(layout, this.#blocks));
    return this.#vectors[block];
  }
}
