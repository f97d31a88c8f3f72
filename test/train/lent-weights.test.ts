import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.js';
import type { VicunaModel } from '../../src/model/index.js';
import { type TrainerConfig, VicunaTrainer } from '../../src/train/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { fixtureModel, weightsOf } from './fixture-model.js';
import { trajectoryCase, trajectoryExamples } from './trajectory.js';

const examples = trajectoryExamples(trajectoryCase('accum1_wd0'));

let engine: Engine;
let model: VicunaModel;
let outputDirectory: string;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine[Symbol.asyncDispose]());
beforeEach(async () => {
  model = await fixtureModel(engine);
  outputDirectory = join(await temporaryDirectory(), 'out');
});
afterEach(() => model[Symbol.asyncDispose]());

async function train(config: Partial<TrainerConfig> = {}, options: { readonly signal?: AbortSignal } = {}) {
  const trainer = await VicunaTrainer.create(
    {
      outputDirectory,
      maxSteps: 4,
      batchConversations: 4,
      learningRate: 1e-3,
      warmupRatio: 0,
      schedule: 'constant',
      checkpoints: false,
      resume: false,
      ranks: 2,
      threadsPerRank: 1,
      ...config,
    },
    { model },
  );
  return trainer.trainExamples(examples, options);
}

/** The weights after so many steps, undisturbed. */
async function weightsAfter(maxSteps: number): Promise<Float32Array[]> {
  const changed = model;
  model = await fixtureModel(engine);
  try {
    await (await train({ maxSteps })).result;
    return await weightsOf(model);
  } finally {
    await model[Symbol.asyncDispose]();
    model = changed;
  }
}

describe('a model whose weights are trained by several ranks', () => {
  it('does not hold them itself, and says so to whoever wants them', async () => {
    const refused = { code: 'model-in-training', message: expect.stringContaining('is being trained') };
    const before = engine.usage;
    let steps = 0;
    for await (const event of await train()) {
      if (event.type !== 'step-end') continue;
      steps++;
      expect(engine.usage.handles).toBe(before.handles - model.transformer.blocks.length);
      await expect(model.tokenLosses([1, 2, 3])).rejects.toMatchObject(refused);
      await expect(model.chat([{ role: 'user', content: 'Hello' }]).result).rejects.toMatchObject(refused);
      await expect(model.save(join(outputDirectory, 'meanwhile'))).rejects.toMatchObject(refused);
    }
    expect(steps).toBe(4);
    expect(engine.usage).toEqual(before);
    expect(await model.tokenLosses([1, 2, 3])).toHaveLength(3);
  });

  it('gets them back as the last step left them when the run is left', async () => {
    for await (const event of await train()) if (event.type === 'step-end' && event.step === 2) break;
    expect(await weightsOf(model)).toEqual(await weightsAfter(2));
  });

  it('gets them back when the run is cancelled in the midst of a step', async () => {
    const controller = new AbortController();
    const reason = new Error('no longer wanted');
    let steps = 0;
    const training = (async () => {
      for await (const event of await train({ maxSteps: 1000 }, { signal: controller.signal })) {
        if (event.type !== 'step-end') continue;
        steps = event.step;
        if (steps === 2) setTimeout(() => controller.abort(reason), 1);
      }
    })();
    await expect(training).rejects.toBe(reason);
    // The step that was under way is finished; its event comes too late to be told.
    const known = await weightsAfter(steps + 1);
    const isFinished = (await weightsOf(model)).every((values, block) => values[0] === known[block]![0]);
    expect(await weightsOf(model)).toEqual(isFinished ? known : await weightsAfter(steps));
  });

  it('gets them back when the training diverges', async () => {
    const run = await train({ learningRate: 1e30, maxGradientNorm: 0, maxSteps: 1000 });
    await expect(run.result).rejects.toMatchObject({ code: 'training-diverged' });
    expect(engine.usage.handles).toBe(model.transformer.blocks.length);
    await weightsOf(model);
  });

  it('is of no use when a rank has died, and names the checkpoint to go on from', async () => {
    let kill = (): unknown => undefined;
    const onWorker = (worker: import('node:worker_threads').Worker) => {
      kill = () => worker.terminate();
    };
    process.on('worker', onWorker);
    onTestFinished(() => void process.off('worker', onWorker));
    const before = engine.usage;
    let checkpoint = '';
    const training = (async () => {
      for await (const event of await train({ maxSteps: 1000, checkpoints: { everySteps: 1, keep: 1000 } })) {
        if (event.type !== 'checkpoint-commit') continue;
        checkpoint = event.path;
        kill();
      }
    })();
    await expect(training).rejects.toMatchObject({ code: 'rank-failed' });
    await expect(model.tokenLosses([1, 2])).rejects.toMatchObject({
      code: 'weights-lost',
      message: expect.stringContaining(checkpoint),
    });
    expect(engine.usage.handles).toBe(before.handles - model.transformer.blocks.length);
  });
});

describe('a model whose training cannot begin', () => {
  it('still has its weights', async () => {
    const before = await weightsOf(model);
    const run = await train({ checkpoints: { directory: '/dev/null/checkpoints' } });
    await expect(run.result).rejects.toMatchObject({ code: 'rank-failed' });
    expect(await weightsOf(model)).toEqual(before);
  });
});
