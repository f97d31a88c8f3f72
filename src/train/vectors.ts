import type { BlockLayout, Engine, HeadVectors, ModelVectors, Vector, ZerosOptions } from '../engine/index.js';

/**
 * The vectors of a model's blocks (parameters, or gradients to add to), each lent only while a block is computed: what
 * the training loop knows of where they are. On one rank they stay where they are; a rank that holds a shard gathers
 * parameters before `use` and frees them after, and reduces gradients after `use`.
 */
export interface BlockVectors {
  /** @param block - its number in the list of blocks. */
  lend<T>(block: number, use: (vector: Vector) => Promise<T>): Promise<T>;
  /** Says which block is lent next, so that it can be brought while another one is computed. */
  prefetch?(block: number): void;
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

/** Whether a head multiplies by a matrix of its own; true of an embedding. */
export function hasMatrix({ parameters }: BlockLayout): boolean {
  return parameters.some(({ shape }) => shape.length > 1);
}

/** Only the rows of tokens that occur are learned in an embedding, unless the head multiplies by it too. */
export function zerosOptions(block: BlockLayout, blocks: readonly BlockLayout[]): ZerosOptions {
  const head = blocks.at(-1);
  return { sparse: block.kind === 'embedding' && head !== undefined && hasMatrix(head) };
}

/** Makes vectors one after another; when one cannot be made, frees those that were. */
export async function makeVectors(engine: Engine, making: readonly (() => Promise<Vector>)[]): Promise<Vector[]> {
  const vectors: Vector[] = [];
  try {
    for (const make of making) vectors.push(await make());
    return vectors;
  } catch (error) {
    engine.release(...vectors);
    throw error;
  }
}
