import { SingleRank } from '../../collectives/index.js';
import type { PackedDataset } from '../../data/index.js';
import type { TrainingJob } from '../job.js';
import type { TrainedWeights } from '../trained-weights.js';
import { OwnRank } from './own-rank.js';
import type { RankGroup } from './rank-group.js';
import { ThreadRanks } from './thread-ranks.js';

/** @param termination - aborted when the process is to end. */
export async function openRanks(
  { settings, model, communicator = new SingleRank(), signal }: TrainingJob,
  { read, vectors }: TrainedWeights,
  dataset: PackedDataset,
  termination: AbortSignal,
): Promise<RankGroup> {
  const { engine, transformer, shape } = model;
  if (settings.ranks > 1)
    return ThreadRanks.create(settings, [{ blocks: transformer.blocks, read }], dataset, {
      engine,
      shape,
      signal,
      termination,
    });
  const runtime = {
    engine,
    transformer,
    communicator,
    // A rank that stops by itself in the midst of a step would leave the others waiting.
    signals: communicator.worldSize === 1 ? [signal, termination] : [],
  };
  return OwnRank.create(runtime, settings, { model: { read, vectors } }, dataset);
}
