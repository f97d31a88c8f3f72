import { TemporaryFloats } from '../core/index.js';
import type { TrainingJob } from './job.js';
import type { RankGroup } from './ranks/rank-group.js';

/** Brings what ranks have trained into the model, where it was not trained in place. */
export async function takeTrained({ model }: TrainingJob, ranks: RankGroup): Promise<void> {
  if (ranks.trainsInPlace) return;
  const { blocks } = model.transformer;
  using memory = new TemporaryFloats(Math.max(...blocks.map(({ size }) => size)));
  for (const [block, { size }] of blocks.entries()) {
    const values = memory.first(size);
    await ranks.readBlock(block, values);
    await model.engine.write(model.parameters[block]!, values);
  }
}

/** Saves what was trained. @returns the directory */
export async function saveTrained(job: TrainingJob, ranks: RankGroup): Promise<string> {
  const { settings, model, signal, onProgress } = job;
  const { outputDirectory, saveDtype } = settings;
  await takeTrained(job, ranks);
  await ranks.once(() => model.save(outputDirectory, { dtype: saveDtype, overwrite: true, signal, onProgress }));
  return outputDirectory;
}
