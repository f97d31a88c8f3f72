import type { BlockLayout, Engine, HeadVectors, ModelVectors, Vector } from '../engine/index.js';

/**
 * The vectors of a model's blocks (parameters, or gradients to add to), each lent only while a block is computed: what
 * the training loop knows of where they are. On one rank they stay where they are; a rank that holds a shard gathers
 * parameters before `use` and frees them after, and reduces gradients after `use`.
 */
export interface BlockVectors {
  /** @param block - its number in `modelBlocks` order. */
  lend<T>(block: number, use: (vector: Vector) => Promise<T>): Promise<T>;
}

/** Vectors that one rank holds whole. */
export function wholeVectors(vectors: ModelVectors): BlockVectors {
  return { lend: (block, use) => use(vectors[block]!) };
}

/** The head's vector, and the embedding's with it where the head computes with the embedding's matrix. */
export function lendHead<T>(
  vectors: BlockVectors,
  blocks: readonly BlockLayout[],
  tiedEmbeddings: boolean,
  use: (vectors: HeadVectors) => Promise<T>,
): Promise<T> {
  return vectors.lend(blocks.length - 1, (head) =>
    tiedEmbeddings ? vectors.lend(0, (embedding) => use({ head, embedding })) : use({ head }),
  );
}

/** A vector of zeros a block. The caller releases them. */
export async function zeroVectors(engine: Engine, blocks: readonly BlockLayout[]): Promise<Vector[]> {
  const vectors: Vector[] = [];
  try {
    for (const block of blocks) vectors.push(await zerosOf(engine, block, blocks));
    return vectors;
  } catch (error) {
    engine.release(...vectors);
    throw error;
  }
}

/**
 * Gradients of a model's blocks, each made when it is first lent: backward frees a layer's activations as it asks for the
 * layer's gradient, so the two are never in memory whole at the same time.
 */
export class Gradients implements BlockVectors {
  readonly #engine: Engine;
  readonly #blocks: readonly BlockLayout[];
  readonly #vectors: (Vector | undefined)[];

  constructor(engine: Engine, blocks: readonly BlockLayout[]) {
    this.#engine = engine;
    this.#blocks = blocks;
    this.#vectors = blocks.map(() => undefined);
  }

  async lend<T>(block: number, use: (vector: Vector) => Promise<T>): Promise<T> {
    this.#vectors[block] ??= await zerosOf(this.#engine, this.#blocks[block]!, this.#blocks);
    return use(this.#vectors[block]);
  }

  /** One vector a block, when all were lent. */
  get vectors(): ModelVectors {
    return this.#vectors as Vector[];
  }

  release(): void {
    this.#engine.release(...this.#vectors);
    this.#vectors.fill(undefined);
  }
}

/** Only the rows of tokens that occur are learned in an embedding, unless the head multiplies by it too. */
function zerosOf(engine: Engine, { kind, size }: BlockLayout, blocks: readonly BlockLayout[]): Promise<Vector> {
  const headHasMatrix = blocks.at(-1)!.parameters.length > 1;
  return engine.zeros(size, { sparse: kind === 'embedding' && headHasMatrix });
}
