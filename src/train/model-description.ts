import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckpointFailEvent } from '../checkpoint/index.js';
import { RankError } from '../collectives/index.js';
import type { VicunaModel } from '../model/index.js';
import type { TrainerSettings } from './config.js';
import type { RankGroup } from './ranks/rank-group.js';

/** Directory, beside a training's checkpoints, of what a model is made of besides its weights. */
export const DESCRIPTION_DIRECTORY = 'model';

/** Keeps beside the checkpoints what makes a model of the weights in them: an export needs nothing else. */
export class ModelDescription {
  readonly #model: VicunaModel;
  readonly #directory: string;
  #isWritten: boolean;

  constructor(model: VicunaModel, { checkpoints }: Pick<TrainerSettings, 'checkpoints'>) {
    this.#model = model;
    this.#isWritten = checkpoints === false;
    this.#directory = checkpoints === false ? '' : join(checkpoints.directory, DESCRIPTION_DIRECTORY);
  }

  /** Called before a save. @returns what went wrong, where it did: it is then tried again with the next save */
  async write(ranks: RankGroup, step: number): Promise<CheckpointFailEvent | undefined> {
    if (this.#isWritten) return undefined;
    try {
      await ranks.once(async () => {
        await mkdir(this.#directory, { recursive: true });
        await this.#model.describe(this.#directory);
      });
      this.#isWritten = true;
      return undefined;
    } catch (error) {
      if (error instanceof RankError) throw error;
      const problem = error instanceof Error ? error.message : String(error);
      return { type: 'checkpoint-fail', step, path: this.#directory, problem };
    }
  }
}
