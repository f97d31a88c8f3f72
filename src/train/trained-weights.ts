import { TemporaryFloats } from '../core/index.js';
import type { ModelVectors } from '../engine/index.js';
import type { VicunaModel, WeightLoan } from '../model/index.js';
import type { TrainingJob } from './job.js';
import type { RankGroup } from './ranks/rank-group.js';
import type { BlockReader } from './trainable/index.js';
import { saveAdapters } from './trained-adapters.js';

/**
 * The model's weights while they are trained: changed in place by one rank alone; where several divide them, gone from the
 * model until the ranks give them back, so that no process holds them twice.
 */
export class TrainedWeights {
  /** Newest checkpoint known, to be named where the weights are lost. */
  lastCheckpoint: string | undefined;
  readonly #model: VicunaModel;
  readonly #loan: WeightLoan | undefined;
  #isAway = false;

  private constructor(model: VicunaModel, loan: WeightLoan | undefined) {
    this.#model = model;
    this.#loan = loan;
  }

  static async of({ settings, model, communicator }: TrainingJob): Promise<TrainedWeights> {
    const worldSize = communicator?.worldSize ?? settings.ranks;
    // Beside adapters the weights are only computed with: they stay.
    const stay = worldSize === 1 || settings.lora !== undefined;
    return new TrainedWeights(model, stay ? undefined : await model.lendWeights());
  }

  /** The model's own vectors, where ranks of this process compute with those. */
  get vectors(): ModelVectors | undefined {
    return this.#loan === undefined ? this.#model.parameters : undefined;
  }

  /** Reads a block for the ranks. Where they divide the weights, the model has it no longer: each is read once. */
  readonly read: BlockReader = async (block, start, into) => {
    if (this.#loan !== undefined) {
      this.#isAway = true;
      await this.#loan.take(block, start, into);
      return;
    }
    const { engine, parameters } = this.#model;
    const vector = parameters[block]!;
    if (into.length === vector.length) {
      await engine.download(vector, into);
      return;
    }
    using memory = new TemporaryFloats(vector.length);
    into.set((await engine.download(vector, memory.first(vector.length))).subarray(start, start + into.length));
  };

  /** Brings what the ranks have trained into the model, where it is not there. */
  async bringBack(ranks: RankGroup): Promise<void> {
    if (!this.#isAway) return;
    const { blocks } = this.#model.transformer;
    using memory = new TemporaryFloats(Math.max(...blocks.map(({ size }) => size)));
    for (const [block, { size }] of blocks.entries()) {
      const values = memory.first(size);
      await ranks.readBlock(block, values);
      await this.#loan!.giveBack(block, values);
    }
    this.#isAway = false;
  }

  /** The training is over. What did not come back never will. */
  end(): void {
    const checkpoint =
      this.lastCheckpoint === undefined
        ? 'No checkpoint had been saved: load the model again and train anew.'
        : `The last checkpoint is ${this.lastCheckpoint}: load the model again and train it with resume: 'auto' to go on from there.`;
    this.#loan?.end(checkpoint);
  }
}

/** Saves what was trained. @returns the directory */
export async function saveTrained(job: TrainingJob, weights: TrainedWeights, ranks: RankGroup): Promise<string> {
  const { settings, model, signal, onProgress } = job;
  const { outputDirectory, saveDtype, lora } = settings;
  if (lora !== undefined) return saveAdapters(job, lora, ranks);
  await weights.bringBack(ranks);
  await ranks.once(() => model.save(outputDirectory, { dtype: saveDtype, overwrite: true, signal, onProgress }));
  return outputDirectory;
}
