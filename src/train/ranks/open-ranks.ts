import { SingleRank } from '../../collectives/index.js';
import { TemporaryFloats } from '../../core/index.js';
import type { PackedDataset } from '../../data/index.js';
import type { VicunaModel } from '../../model/index.js';
import type { TrainingJob } from '../job.js';
import type { BlockReader } from '../trainable/index.js';
import { OwnRank } from './own-rank.js';
import type { RankGroup } from './rank-group.js';
import { ThreadRanks } from './thread-ranks.js';

/** @param termination - aborted when the process is to end. */
export async function openRanks(
  { settings, model, communicator = new SingleRank(), signal }: TrainingJob,
  dataset: PackedDataset,
  termination: AbortSignal,
): Promise<RankGroup> {
  const { engine, transformer, shape } = model;
  const read = readerOf(model);
  if (settings.ranks > 1)
    return ThreadRanks.create(settings, [{ blocks: transformer.blocks, read }], dataset, {
      engine,
      shape,
      signal,
      termination,
    });
  const isAlone = communicator.worldSize === 1;
  const runtime = {
    engine,
    transformer,
    communicator,
    // A rank that stops by itself in the midst of a step would leave the others waiting.
    signals: isAlone ? [signal, termination] : [],
  };
  return OwnRank.create(
    runtime,
    settings,
    { model: { read, vectors: isAlone ? model.parameters : undefined } },
    dataset,
  );
}

/** Reads parts of a model's blocks, each from its start to its end, downloading a block once. */
function readerOf({ engine, parameters }: VicunaModel): BlockReader {
  return async (block, start, into) => {
    const vector = parameters[block]!;
    if (into.length === vector.length) {
      await engine.download(vector, into);
      return;
    }
    using memory = new TemporaryFloats(vector.length);
    const whole = await engine.download(vector, memory.first(vector.length));
    into.set(whole.subarray(start, start + into.length));
  };
}
