import { join } from 'node:path';
import { createEngine } from '../../../src/engine/index.js';
import { type StepEndEvent, type TrainEvent, type TrainerConfig, VicunaTrainer } from '../../../src/train/index.js';
import { readSafetensors } from '../../support/safetensors.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { fixtureModel } from '../fixture-model.js';
import { trajectoryCase, trajectoryExamples } from '../trajectory.js';

const examples = trajectoryExamples(trajectoryCase('accum1_wd0'));

export interface Trained {
  readonly events: readonly TrainEvent[];
  readonly steps: readonly StepEndEvent[];
  /** Of the saved model, by name. */
  readonly weights: ReadonlyMap<string, Float32Array>;
}

/** Where the events before it failed are found. */
export interface FailedTraining {
  readonly error: unknown;
  readonly events: readonly TrainEvent[];
}

/** Trains the golden model on an engine and a thread of its own. */
export async function startTraining(
  config: Partial<TrainerConfig> & { readonly outputDirectory: string },
  onEvent: (event: TrainEvent) => unknown = () => undefined,
): Promise<Trained> {
  const events: TrainEvent[] = [];
  for await (const event of trainingEvents(config)) {
    events.push(event);
    await onEvent(event);
  }
  const stored = readSafetensors(join(config.outputDirectory, 'model.safetensors'));
  return {
    events,
    steps: events.filter((event): event is StepEndEvent => event.type === 'step-end'),
    weights: new Map([...stored].map(([name, { values }]) => [name, values])),
  };
}

/** Trains whatever is saved then. */
export async function trainInto(outputDirectory: string, config: Partial<TrainerConfig>): Promise<void> {
  for await (const _event of trainingEvents({ ...config, outputDirectory }));
}

/** Trains in a directory of its own. */
export async function trainTiny(config: Partial<TrainerConfig>): Promise<Trained> {
  return startTraining({ outputDirectory: join(await temporaryDirectory(), 'out'), ...config });
}

/** Trains what cannot be trained. */
export async function failTraining(
  config: Partial<TrainerConfig> & { outputDirectory: string },
): Promise<FailedTraining> {
  const events: TrainEvent[] = [];
  try {
    for await (const event of trainingEvents(config)) events.push(event);
  } catch (error) {
    return { error, events };
  }
  throw new Error('It did not fail.');
}

async function* trainingEvents(
  config: Partial<TrainerConfig> & { readonly outputDirectory: string },
): AsyncGenerator<TrainEvent, void, undefined> {
  await using engine = await createEngine({ threads: 1 });
  await using model = await fixtureModel(engine);
  const settings = {
    maxTokens: 64,
    microBatchTokens: 80,
    batchConversations: 8,
    learningRate: 1e-3,
    recompute: false,
    threadsPerRank: 1,
    maxSteps: 6,
    checkpoints: { everySteps: 2 },
  };
  const trainer = await VicunaTrainer.create({ ...settings, ...config }, { model });
  yield* trainer.trainExamples(examples);
}
