import { readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createEngine, type Engine, type EngineUsage } from '../../src/engine/index.js';
import type { VicunaModel } from '../../src/model/index.js';
import { type TrainEvent, type TrainerConfig, TrainingDivergedError, VicunaTrainer } from '../../src/train/index.js';
import { openFilesUnder } from '../support/open-handles.js';
import { temporaryDirectory } from '../support/temporary.js';
import { fixtureModel, weightsOf } from './fixture-model.js';
import { trajectoryCase, trajectoryExamples } from './trajectory.js';

const examples = trajectoryExamples(trajectoryCase('accum1_wd0'));

let engine: Engine;
let model: VicunaModel;
let before: EngineUsage;
let outputDirectory: string;
let uninterrupted: Float32Array[][] | undefined;
beforeAll(async () => {
  engine = await createEngine({ backend: 'wasm' });
});
afterAll(() => engine[Symbol.asyncDispose]());
beforeEach(async () => {
  model = await fixtureModel(engine);
  before = engine.usage;
  outputDirectory = join(await temporaryDirectory(), 'out');
});
afterEach(() => model[Symbol.asyncDispose]());

const createTrainer = (config: Partial<TrainerConfig> = {}, trained = model) =>
  VicunaTrainer.create(
    {
      outputDirectory,
      epochs: 1,
      batchConversations: 6,
      learningRate: 1e-3,
      warmupRatio: 0,
      recompute: false,
      evaluation: { fraction: 0.1, everySteps: 1 },
      ...config,
    },
    { model: trained },
  );

/** The weights before each step and after the last, when nothing interrupts. */
async function weightsByStep(): Promise<Float32Array[][]> {
  if (uninterrupted !== undefined) return uninterrupted;
  await using model = await fixtureModel(engine);
  const weights = [await weightsOf(model)];
  const elsewhere = join(await temporaryDirectory(), 'out');
  for await (const event of (await createTrainer({ outputDirectory: elsewhere }, model)).trainExamples(examples))
    if (event.type === 'step-end') weights.push(await weightsOf(model));
  uninterrupted = weights;
  return weights;
}

async function expectNothingLeft(log = ['events.jsonl']): Promise<void> {
  expect(engine.usage.handles).toBe(before.handles);
  expect(openFilesUnder(dirname(outputDirectory)) ?? []).toEqual([]);
  expect(await readdir(dirname(outputDirectory))).toEqual(['out']);
  expect(await readdir(outputDirectory)).toEqual(log);
}

/** Calls `abort` when the engine is called for the `count`-th time. @returns how often it computed a block after that. */
function atEngineCall(count: number, abort: () => void): () => number {
  let calls = 0;
  let blocksAfter = 0;
  const watch = <Target extends object>(target: Target, methods: readonly (keyof Target)[], note: () => void) => {
    for (const method of methods) {
      const original = target[method] as (...parameters: unknown[]) => unknown;
      target[method] = ((...parameters: unknown[]) => {
        calls++;
        if (calls === count) abort();
        else if (calls > count) note();
        return original.apply(target, parameters);
      }) as Target[typeof method];
      onTestFinished(() => {
        target[method] = original as Target[typeof method];
      });
    }
  };
  const blocks = [
    'batch',
    'embeddingForward',
    'layerForward',
    'headLoss',
    'layerBackward',
    'embeddingBackward',
  ] as const;
  watch(model.transformer, blocks, () => blocksAfter++);
  watch(engine, ['zeros', 'sumOfSquares', 'adamw'], () => undefined);
  return () => blocksAfter;
}

describe('an aborted training', () => {
  it.each([1, 8, 12, 20, 25, 34, 36, 40, 55, 77, 101, 140])(
    'rejects with the reason and leaves nothing behind but whole steps (at call %i of the engine)',
    async (call) => {
      const known = await weightsByStep();
      expect(known).toHaveLength(5);
      const controller = new AbortController();
      const reason = new Error('no longer wanted');
      const blocksAfter = atEngineCall(call, () => controller.abort(reason));
      const run = (await createTrainer()).trainExamples(examples, { signal: controller.signal });
      let steps = 0;
      const training = (async () => {
        for await (const event of run) if (event.type === 'step-end') steps++;
      })();
      await expect(training).rejects.toBe(reason);
      await expect(run.result).rejects.toBe(reason);
      expect(blocksAfter()).toBeLessThanOrEqual(1);
      // An abort while the weights are changing lets them change, and comes before the event of that step.
      expect([known[steps], known[steps + 1]]).toContainEqual(await weightsOf(model));
      await expectNothingLeft();
    },
  );

  it('hears of it in the middle of a step', async () => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error('now')), 50);
    const trainer = await createTrainer({ maxSteps: 100_000, evaluation: {} });
    await expect(trainer.trainExamples(examples, { signal: controller.signal }).result).rejects.toThrow('now');
    clearTimeout(timer);
    await expectNothingLeft();
  });

  it('leaves nothing of a model that it was about to save', async () => {
    const controller = new AbortController();
    const reason = new Error('no longer wanted');
    const run = (await createTrainer()).trainExamples(examples, {
      signal: controller.signal,
      onProgress: ({ phase }) => phase === 'save' && controller.abort(reason),
    });
    await expect(run.result).rejects.toBe(reason);
    await expectNothingLeft();
  });

  it('is the same when the loop over its events is left, whatever the event', async () => {
    for (const type of ['train-start', 'step-end', 'evaluation-end', 'epoch-end'] as const) {
      const run = (await createTrainer()).trainExamples(examples);
      for await (const event of run) if (event.type === type) break;
      await expect(run.result).rejects.toMatchObject({ name: 'AbortError' });
      await expectNothingLeft();
    }
  });

  it('closes the source of its examples', async () => {
    const controller = new AbortController();
    let closed = false;
    async function* source() {
      try {
        for (;;) {
          controller.abort(new Error('enough'));
          yield examples[0]!;
        }
      } finally {
        closed = true;
      }
    }
    await expect((await createTrainer()).trainExamples(source(), controller).result).rejects.toThrow('enough');
    expect(closed).toBe(true);
    await expectNothingLeft([]);
  });
});

describe('a diverging training', () => {
  /** Changes one weight of a block. */
  async function poison(block: number, offset: number, value: number): Promise<void> {
    const values = await engine.download(model.parameters[block]!);
    values[offset] = value;
    await engine.write(model.parameters[block]!, values);
  }

  async function failure(config?: Partial<TrainerConfig>): Promise<{ error: unknown; events: TrainEvent[] }> {
    const events: TrainEvent[] = [];
    try {
      for await (const event of (await createTrainer(config)).trainExamples(examples)) events.push(event);
    } catch (error) {
      return { error, events };
    }
    throw new Error('It did not diverge.');
  }

  it('stops at a loss that is no number, naming the conversations, before any weight changes', async () => {
    await poison(2, 100, Number.NaN);
    const weights = await weightsOf(model);
    const { error, events } = await failure({ evaluation: {}, shuffle: false, batchConversations: 3 });
    expect(error).toBeInstanceOf(TrainingDivergedError);
    expect(error).toMatchObject({ code: 'training-diverged', step: 1, loss: Number.NaN });
    const { conversations, message } = error as TrainingDivergedError;
    expect(conversations.toSorted()).toEqual(
      examples
        .slice(0, 3)
        .map(({ id }) => id)
        .toSorted(),
    );
    expect(message).toMatch(/step 1 .*the loss became NaN in conversations "\d:row-\d+"/);
    expect(events.map(({ type }) => type)).toEqual(['train-start', 'train-fail']);
    expect(await weightsOf(model)).toEqual(weights);
    await expectNothingLeft();
  });

  it('stops at a gradient that is no number though the loss is one', async () => {
    const squares = vi.spyOn(engine, 'sumOfSquares').mockResolvedValueOnce(Number.POSITIVE_INFINITY);
    const weights = await weightsOf(model);
    const { error } = await failure({ evaluation: {} });
    squares.mockRestore();
    expect(error).toMatchObject({ code: 'training-diverged', step: 1, gradientNorm: Number.POSITIVE_INFINITY });
    const { conversations, loss, message } = error as TrainingDivergedError;
    expect(loss).toBeCloseTo(8, 0);
    expect(conversations).toHaveLength(6);
    expect(message).toMatch(/the gradient norm became Infinity in conversations .* and 1 more\. Lower learningRate/);
    expect(await weightsOf(model)).toEqual(weights);
    await expectNothingLeft();
  });

  it('keeps the weights of the steps before it', async () => {
    const { error, events } = await failure({ learningRate: 1e30, evaluation: {}, maxGradientNorm: 0 });
    const steps = events.filter(({ type }) => type === 'step-end').length;
    expect(steps).toBeGreaterThan(0);
    expect(error).toMatchObject({ code: 'training-diverged', step: steps + 1 });
    await expectNothingLeft();
  });
});

describe('a finished training', () => {
  it('holds nothing of the engine any more', async () => {
    await (await createTrainer()).trainExamples(examples).result;
    expect(engine.usage.handles).toBe(before.handles);
  });

  it('says before it begins where it cannot write', async () => {
    const file = join(dirname(outputDirectory), 'file');
    await writeFile(file, '');
    outputDirectory = join(file, 'out');
    const run = (await createTrainer()).trainExamples(examples);
    await expect(run.result).rejects.toMatchObject({
      code: 'file-unwritable',
      message: expect.stringContaining(outputDirectory),
    });
    expect(engine.usage.handles).toBe(before.handles);
  });
});
