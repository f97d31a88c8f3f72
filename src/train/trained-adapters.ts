import { writeAdapter } from '../checkpoint/index.js';
import {
  type BlockLayout,
  type Engine,
  loraBlocks,
  type ModelVectors,
  type ResolvedLoraConfig,
  type Vector,
} from '../engine/index.js';
import { initializeAdapter } from '../model/index.js';
import type { TrainingJob } from './job.js';
import type { RankGroup } from './ranks/rank-group.js';
import type { BlockReader } from './trainable/index.js';
import { makeVectors } from './vectors.js';

/** The low-rank adapters of a training, as they are before its first step. */
export class TrainedAdapters {
  readonly blocks: readonly BlockLayout[];
  /** Trained in place, where one rank is alone. */
  readonly vectors: ModelVectors | undefined;
  readonly #engine: Engine;
  readonly #seed: number;

  private constructor(
    engine: Engine,
    blocks: readonly BlockLayout[],
    seed: number,
    vectors: readonly Vector[] | undefined,
  ) {
    this.#engine = engine;
    this.blocks = blocks;
    this.#seed = seed;
    this.vectors = vectors;
  }

  static async of(job: TrainingJob, lora: ResolvedLoraConfig): Promise<TrainedAdapters> {
    const { settings, model, communicator } = job;
    const blocks = loraBlocks(model.shape, lora);
    const { engine } = model;
    if ((communicator?.worldSize ?? settings.ranks) > 1)
      return new TrainedAdapters(engine, blocks, settings.seed, undefined);
    const vectors = await makeVectors(
      engine,
      blocks.map((block) => () => engine.upload(drawn(block, settings.seed))),
    );
    return new TrainedAdapters(engine, blocks, settings.seed, vectors);
  }

  /** Every rank draws the same. */
  readonly read: BlockReader = async (block, start, into) => {
    into.set(drawn(this.blocks[block]!, this.#seed).subarray(start, start + into.length));
  };

  release(): void {
    this.#engine.release(...(this.vectors ?? []));
  }
}

/** Saves the adapters in peft's format and adds them to the model's weights. @returns the directory */
export async function saveAdapters(job: TrainingJob, lora: ResolvedLoraConfig, ranks: RankGroup): Promise<string> {
  const { settings, model, signal } = job;
  const { outputDirectory } = settings;
  const vectors: Float32Array[] = [];
  for (const [layer, { size }] of loraBlocks(model.shape, lora).entries()) {
    const values = new Float32Array(size);
    await ranks.readBlock(layer, values);
    vectors.push(values);
  }
  const options = { baseModel: model.id, overwrite: true, signal };
  await ranks.once(() =>
    writeAdapter(outputDirectory, { shape: model.shape, lora }, (layer) => vectors[layer]!, options),
  );
  await model.addAdapter({ lora, vectors });
  return outputDirectory;
}

function drawn(block: BlockLayout, seed: number): Float32Array {
  const values = new Float32Array(block.size);
  initializeAdapter(block, values, seed);
  return values;
}
