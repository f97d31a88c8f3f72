import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Conversation } from '../../src/conversation/index.js';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { llamaPresets, VicunaModel } from '../../src/model/index.js';
import { byteTokenizer } from '../../src/testing/index.js';
import { type LearningRateEvent, type TrainerConfig, VicunaTrainer } from '../../src/train/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { weightsOf } from './fixture-model.js';

const conversations: Conversation[] = Array.from({ length: 12 }, (_, number) => ({
  id: `${number}`,
  messages: [
    { role: 'user', content: `What is ${number} and ${number}?` },
    { role: 'assistant', content: `It is ${2 * number}.` },
  ],
}));

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine[Symbol.asyncDispose]());

async function place(config: Partial<TrainerConfig> = {}) {
  const folder = await temporaryDirectory();
  const model = await VicunaModel.create(llamaPresets.nano, { tokenizer: byteTokenizer(), engine });
  const settings = { outputDirectory: join(folder, 'out'), maxTokens: 256, batchConversations: 6, ...config };
  return { folder, model, trainer: await VicunaTrainer.create(settings, { model }) };
}

describe('findLearningRate', () => {
  it('tries rates that rise by one factor, and tells where the loss falls fastest and where it is lowest', async () => {
    const { model, trainer } = await place();
    await using _ = model;
    const run = trainer.findLearningRate(conversations, { from: 1e-5, to: 1, steps: 40 });
    const events: LearningRateEvent[] = [];
    for await (const event of run) events.push(event);
    const { tried, suggested, lowest } = await run.result;
    expect(tried).toEqual(events.map(({ type: _, ...point }) => point));
    expect(tried[0]!.learningRate).toBeCloseTo(1e-5, 12);
    for (const [index, { learningRate, step }] of tried.entries()) {
      expect(step).toBe(index + 1);
      expect(learningRate / (1e-5 * 1e5 ** (index / 39))).toBeCloseTo(1, 6);
    }
    expect(suggested).toBeGreaterThan(1e-5);
    expect(suggested).toBeLessThan(lowest);
    expect(lowest).toBeLessThanOrEqual(1);
  });

  it('finds a rate that teaches more in as many steps than a tenth or thirty times of it', async () => {
    const search = await place();
    await using _ = search.model;
    const { suggested } = await search.trainer.findLearningRate(conversations, { to: 1 }).result;
    const lossAt = async (learningRate: number) => {
      const { model, trainer } = await place({ learningRate, maxSteps: 10, schedule: 'constant', checkpoints: false });
      await using _ = model;
      return (await trainer.train(conversations).result).loss;
    };
    const good = await lossAt(suggested!);
    expect(good).toBeLessThan(await lossAt(suggested! / 10));
    expect(good).toBeLessThan(await lossAt(suggested! * 30));
  });

  it.each<[string, Partial<TrainerConfig>]>([
    ['alone', {}],
    ['on two ranks', { ranks: 2, threadsPerRank: 1 }],
    ['with an adapter', { lora: { rank: 2 } }],
    [
      'where much more than the search is asked for',
      { samples: { prompts: ['?'] }, tensorboard: true, evaluation: { fraction: 0.3 } },
    ],
  ])('leaves the weights as they were, and no file: %s', async (_, config) => {
    const { folder, model, trainer } = await place(config);
    await using _model = model;
    const before = await weightsOf(model);
    await trainer.findLearningRate(conversations, { steps: 8 }).result;
    expect(await weightsOf(model)).toEqual(before);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    expect(entries.filter((entry) => entry.isFile())).toEqual([]);
  });

  it('leaves the weights as they were when it is cancelled', async () => {
    const { model, trainer } = await place();
    await using _ = model;
    const before = await weightsOf(model);
    for await (const { step } of trainer.findLearningRate(conversations)) if (step === 5) break;
    expect(await weightsOf(model)).toEqual(before);
    const abort = new AbortController();
    const run = trainer.findLearningRate(conversations, {}, { signal: abort.signal });
    const reading = (async () => {
      for await (const { step } of run) if (step === 5) abort.abort(new Error('enough'));
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(await weightsOf(model)).toEqual(before);
  });

  it('ends where the loss runs away, and says at which rate', async () => {
    const { model, trainer } = await place({ maxGradientNorm: 0 });
    await using _ = model;
    const { tried, diverged } = await trainer.findLearningRate(conversations, { from: 1e-3, to: 1e6, steps: 60 })
      .result;
    expect(tried.length).toBeLessThan(60);
    expect(diverged).toBeGreaterThanOrEqual(tried.at(-1)!.learningRate);
  });

  it('names settings that make no search', async () => {
    const { model, trainer } = await place();
    await using _ = model;
    const run = trainer.findLearningRate(conversations, { from: 1, to: 0.1, steps: 2 });
    await expect(run.result).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('steps'),
    });
  });
});
