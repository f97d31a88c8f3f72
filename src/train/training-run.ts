import type { VicunaModel } from '../model/index.js';
import type { TrainerSettings } from './config.js';
import { collectTrainingData } from './data.js';
import { EventLog } from './event-log.js';
import { recordTogether } from './event-recorder.js';
import type { TrainEvent, TrainResult } from './events.js';
import type { TrainingJob } from './job.js';
import { openRanks } from './ranks/open-ranks.js';
import { assertSameJob } from './ranks/same-job.js';
import { failEvent } from './reports.js';
import { assertPrompts } from './samples.js';
import { TensorBoardRecorder } from './tensorboard/index.js';
import { Termination } from './termination.js';
import { TrainedAdapters } from './trained-adapters.js';
import { TrainedWeights } from './trained-weights.js';
import { Training } from './training.js';
import { describeTraining } from './training-state.js';

/** Models that change at the moment: two trainings of one would undo each other's steps. */
const inTraining = new WeakSet<VicunaModel>();

/** Reads the data, takes every step, saves the model. Whatever it allocates is free again however it ends. */
export async function* trainingRun(job: TrainingJob): AsyncGenerator<TrainEvent, TrainResult, undefined> {
  const { model } = job;
  if (inTraining.has(model))
    throw new TypeError(`Model ${model.id} is being trained already; wait for that run to end.`);
  inTraining.add(model);
  try {
    return yield* trainModel(job);
  } finally {
    inTraining.delete(model);
  }
}

async function* trainModel(job: TrainingJob): AsyncGenerator<TrainEvent, TrainResult, undefined> {
  const { settings, model, communicator, signal, onProgress } = job;
  const { vocabularySize } = model.config;
  await assertPrompts(model, settings.samples);
  const log = await openRecorders(settings, (communicator?.rank ?? 0) === 0);
  const data = await collectTrainingData(job.examples, settings, { vocabularySize, signal, onProgress });
  try {
    if (communicator !== undefined)
      await assertSameJob(communicator, settings, describeTraining(settings, model.shape, data.training), data);
    using termination = new Termination(settings.checkpoints !== false);
    const adapters = settings.lora && (await TrainedAdapters.of(job, settings.lora));
    const weights = await TrainedWeights.of(job);
    try {
      const ranks = await openRanks(job, { weights, adapters, dataset: data.training }, termination.signal);
      try {
        const training = new Training(job, data, { ranks, weights, log, termination: termination.signal });
        try {
          return yield* training.run();
        } catch (error) {
          if (!signal.aborted) yield await log.record(failEvent(error, training.step));
          throw error;
        }
      } finally {
        await ranks.release();
      }
    } finally {
      weights.end();
      adapters?.release();
    }
  } finally {
    await data[Symbol.asyncDispose]();
  }
}

/** @param isFirst - whether this process is the one that writes */
async function openRecorders({ outputDirectory, eventLog, tensorboard }: TrainerSettings, isFirst: boolean) {
  const log = await EventLog.create(outputDirectory, eventLog && isFirst);
  return recordTogether(tensorboard && isFirst ? [log, new TensorBoardRecorder(tensorboard.directory)] : [log]);
}
