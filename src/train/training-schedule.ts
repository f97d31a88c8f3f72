import type { PackedDataset, PackedStep } from '../data/index.js';
import type { TrainerSettings } from './config.js';
import { type Schedule, warmupStepsOf } from './schedule.js';

/** How many steps a training takes over its data, and their learning rates. */
export function scheduleOf(settings: TrainerSettings, training: PackedDataset): Schedule {
  let totalSteps = settings.maxSteps;
  if (totalSteps === 0)
    for (let epoch = 0; epoch < settings.epochs; epoch++) totalSteps += training.stepsInEpoch(epoch);
  return {
    shape: settings.schedule,
    totalSteps,
    warmupSteps: warmupStepsOf(settings, totalSteps),
    peak: settings.learningRate,
    minimum: settings.minimumLearningRate,
  };
}

/** Whether a step is the last of its epoch. */
export function endsEpoch({ cursor, next }: PackedStep): boolean {
  return next.epoch > cursor.epoch;
}

/** When something is done between steps: every so many, or after each epoch where that is 0, and always after the last. */
export function isDue(everySteps: number, step: number, { last, epochEnded }: StepPlace): boolean {
  return last || (everySteps > 0 ? step % everySteps === 0 : epochEnded);
}

/** Where a step stands. */
export interface StepPlace {
  /** Of the training. */
  readonly last: boolean;
  readonly epochEnded: boolean;
}
