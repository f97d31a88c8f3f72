import { SingleRank } from '../../collectives/index.js';
import type { PackedDataset } from '../../data/index.js';
import type { TrainingJob } from '../job.js';
import type { TrainedAdapters } from '../trained-adapters.js';
import type { TrainedWeights } from '../trained-weights.js';
import { OwnRank } from './own-rank.js';
import type { RankGroup } from './rank-group.js';
import { ThreadRanks } from './thread-ranks.js';

/** What ranks begin with. */
export interface TrainingSources {
  readonly weights: TrainedWeights;
  /** Where those are trained, and the weights only computed with. */
  readonly adapters: TrainedAdapters | undefined;
  readonly dataset: PackedDataset;
}

/** @param termination - aborted when the process is to end. */
export async function openRanks(
  { settings, model, communicator = new SingleRank(), signal }: TrainingJob,
  { weights, adapters, dataset }: TrainingSources,
  termination: AbortSignal,
): Promise<RankGroup> {
  const { engine, transformer, shape } = model;
  const { read, vectors } = weights;
  if (settings.ranks > 1)
    return ThreadRanks.create(
      settings,
      [{ blocks: transformer.blocks, read }, ...(adapters ? [adapters] : [])],
      dataset,
      {
        engine,
        shape,
        signal,
        termination,
      },
    );
  const runtime = {
    engine,
    transformer,
    communicator,
    // A rank that stops by itself in the midst of a step would leave the others waiting.
    signals: communicator.worldSize === 1 ? [signal, termination] : [],
  };
  return OwnRank.create(runtime, settings, { model: { read, vectors }, adapter: adapters }, dataset);
}
