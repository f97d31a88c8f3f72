import {
  type CheckpointEvent,
  type ShardPiece,
  type TensorKind,
  type TrainingCheckpoint,
  TrainingCheckpoints,
  type TrainingState,
} from '../../../src/checkpoint/index.js';
import { type Communicator, shardRange } from '../../../src/collectives/index.js';
import { Random } from '../../../src/core/index.js';
import { type BlockLayout, modelBlocks } from '../../../src/engine/index.js';
import { memoryWorld } from '../../support/memory-communicator.js';
import { smallShape } from '../../support/random-model.js';

export const blocks: readonly BlockLayout[] = modelBlocks(smallShape);
export const kinds: readonly TensorKind[] = ['parameters', 'firstMoment', 'secondMoment'];

/** What training holds at a step: every kind's vector of every block. */
export type Vectors = Readonly<Record<TensorKind, readonly Float32Array[]>>;

/** Any bits at all, NaN payloads too: nothing may be computed with them. */
export function vectorsAt(step: number, of: readonly BlockLayout[] = blocks): Vectors {
  const random = Random.fromSeed(step, 'vectors');
  const fill = ({ size }: BlockLayout) => {
    const bits = Uint32Array.from({ length: size }, () => random.uint32());
    return new Float32Array(bits.buffer);
  };
  return { parameters: of.map(fill), firstMoment: of.map(fill), secondMoment: of.map(fill) };
}

export function stateAt(step: number): TrainingState {
  return {
    step,
    cursor: { epoch: Math.floor(step / 10), step: step % 10, fingerprint: 'data' },
    tokens: step * 1000,
    epochMean: { sum: Math.PI * step, weight: step * 7 },
    random: { dropout: Random.fromSeed(step).state },
    settings: { learningRate: 2e-5, betas: [0.9, 0.999], note: 'naïve ✓' },
    fingerprints: { model: 'm' },
  };
}

/** The pieces of a rank, as full sharding cuts them. */
export function piecesOf({ parameters, firstMoment, secondMoment }: Vectors, rank: number, worldSize: number) {
  const all = { parameters, firstMoment, secondMoment };
  return kinds.flatMap((kind) =>
    all[kind].map((vector, block): ShardPiece => {
      const { start, end } = shardRange(vector.length, rank, worldSize);
      return { kind, block, start, end, values: vector.slice(start, end) };
    }),
  );
}

export interface World {
  readonly ranks: readonly TrainingCheckpoints[];
  /** By rank. */
  readonly events: readonly CheckpointEvent[][];
}

/** A job of some ranks on a directory. */
export async function openWorld(directory: string, worldSize: number, keep?: number): Promise<World> {
  const events = Array.from({ length: worldSize }, (): CheckpointEvent[] => []);
  const ranks = await onAll(memoryWorld(worldSize), (communicator, rank) =>
    TrainingCheckpoints.open(
      { directory, keep },
      { communicator, blocks, onEvent: (event) => void events[rank]!.push(event) },
    ),
  );
  return { ranks, events };
}

export function onAll<Of, T>(of: readonly Of[], work: (one: Of, rank: number) => Promise<T>): Promise<T[]> {
  return Promise.all(of.map(work));
}

/** Begins a save on every rank. */
export async function beginSave({ ranks }: World, step: number): Promise<void> {
  const vectors = vectorsAt(step);
  await onAll(ranks, (checkpoints, rank) => checkpoints.save(stateAt(step), piecesOf(vectors, rank, ranks.length)));
}

/** Saves and waits for the commit. */
export async function save(world: World, step: number): Promise<CheckpointEvent> {
  await beginSave(world, step);
  return (await onAll(world.ranks, (checkpoints) => checkpoints.settle()))[0]!;
}

/** What a resume finds, from rank 0; every rank has to find the same. */
export async function latest({ ranks }: World): Promise<TrainingCheckpoint | undefined> {
  const found = await onAll(ranks, (checkpoints) => checkpoints.latest());
  for (const { path } of found.filter((one) => one !== undefined))
    if (path !== found[0]?.path) throw new Error(`ranks found ${path} and ${found[0]?.path}`);
  return found[0];
}

/** Reads everything, as so many ranks would. */
export async function readAll(checkpoint: TrainingCheckpoint, worldSize: number): Promise<Vectors> {
  const read = (kind: TensorKind) =>
    Promise.all(
      blocks.map(async (block) => {
        const whole = new Float32Array(block.size).fill(Number.NaN);
        for (let rank = 0; rank < worldSize; rank++) {
          const { start, end } = shardRange(block.size, rank, worldSize);
          await checkpoint.read(kind, block, start, whole.subarray(start, end));
        }
        return whole;
      }),
    );
  const [parameters, firstMoment, secondMoment] = await Promise.all(kinds.map(read));
  return { parameters: parameters!, firstMoment: firstMoment!, secondMoment: secondMoment! };
}

/** Bits, because NaN differs from itself. */
export function bitsOf(vectors: Vectors): string {
  return kinds
    .flatMap((kind) => vectors[kind].map(({ buffer }) => Buffer.from(buffer as ArrayBuffer).toString('base64')))
    .join();
}

export function communicators(worldSize: number): Communicator[] {
  return memoryWorld(worldSize);
}
