import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { llamaPresets, VicunaModel } from '../../src/model/index.js';
import { byteTokenizer } from '../../src/testing/index.js';
import { type SampleEvent, type TrainEvent, type TrainerConfig, VicunaTrainer } from '../../src/train/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { weightsOf } from './fixture-model.js';

const conversations = Array.from({ length: 12 }, (_, index) => ({
  id: `${index}`,
  messages: [
    { role: 'user' as const, content: `What comes after ${index}?` },
    { role: 'assistant' as const, content: `${index + 1} comes after ${index}.` },
  ],
}));
const samples = { prompts: ['What comes after 3?', [{ role: 'user' as const, content: 'Who?' }]], maxTokens: 6 };

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine[Symbol.asyncDispose]());

async function train(config: Partial<TrainerConfig>) {
  const outputDirectory = join(await temporaryDirectory(), 'out');
  await using model = await VicunaModel.create(llamaPresets.nano, { engine, tokenizer: await byteTokenizer() });
  const trainer = await VicunaTrainer.create(
    {
      outputDirectory,
      maxSteps: 3,
      batchConversations: 4,
      learningRate: 1e-3,
      checkpoints: false,
      maxTokens: 256,
      ...config,
    },
    { model },
  );
  const events: TrainEvent[] = [];
  for await (const event of trainer.train(conversations)) events.push(event);
  const replies = events.filter((event): event is SampleEvent => event.type === 'sample');
  const losses = events.flatMap((event) => (event.type === 'step-end' ? [event.loss] : []));
  const weights = await weightsOf(model);
  const asked = await model.chat([{ role: 'user', content: 'What comes after 3?' }], { temperature: 0, maxTokens: 6 })
    .result;
  return { events, replies, losses, weights, asked };
}

describe('Samples', () => {
  it('are made every so many steps and after the last one, and are what the model then answers', async () => {
    const { replies, asked } = await train({ samples: { ...samples, everySteps: 2 } });
    expect(replies.map(({ step, index }) => [step, index])).toEqual([
      [2, 0],
      [2, 1],
      [3, 0],
      [3, 1],
    ]);
    expect(replies[2]!.reply).toBe(asked.text);
    expect(replies[2]).toMatchObject({
      prompt: [{ role: 'user', content: 'What comes after 3?' }],
      finishReason: asked.finishReason,
    });
  });

  it.each<[string, Partial<TrainerConfig>]>([
    ['one rank', {}],
    ['ranks that divide everything', { ranks: 2, threadsPerRank: 1 }],
    ['ranks that divide the moments', { ranks: 2, threadsPerRank: 1, sharding: 'optimizer' }],
    ['an adapter', { lora: { rank: 2, dropout: 0.1 } }],
    ['an adapter on ranks', { lora: { rank: 2, dropout: 0.1 }, ranks: 2, threadsPerRank: 1 }],
  ])('change nothing of the training, bit for bit: %s', async (_, config) => {
    const without = await train(config);
    const withThem = await train({ ...config, samples: { ...samples, everySteps: 1, temperature: 0.9 } });
    expect(withThem.replies).toHaveLength(6);
    expect(withThem.losses).toEqual(without.losses);
    expect(withThem.weights).toEqual(without.weights);
  });

  it('answer with the adapter in training', async () => {
    const { replies, asked } = await train({
      samples,
      lora: { rank: 2, targets: ['q_proj', 'down_proj'] },
      learningRate: 0.05,
    });
    expect(replies.at(-2)!.reply).toBe(asked.text);
  });

  it('are refused where a prompt leaves no room, before anything is read', async () => {
    const run = train({ samples: { prompts: ['x'.repeat(5000)] } });
    await expect(run).rejects.toMatchObject({ code: 'config-invalid', issues: [{ path: 'samples.prompts.0' }] });
  });
});

describe('The end of a training that fails', () => {
  it('is an event, and in the log', async () => {
    const outputDirectory = join(await temporaryDirectory(), 'out');
    await using model = await VicunaModel.create(llamaPresets.nano, { engine, tokenizer: await byteTokenizer() });
    const trainer = await VicunaTrainer.create(
      {
        outputDirectory,
        maxSteps: 8,
        batchConversations: 4,
        learningRate: 1e30,
        warmupRatio: 0,
        maxGradientNorm: 0,
        maxTokens: 256,
      },
      { model },
    );
    const events: TrainEvent[] = [];
    const run = trainer.train(conversations);
    const failure = await (async () => {
      for await (const event of run) events.push(event);
    })().catch((error: Error) => error);
    const steps = events.filter(({ type }) => type === 'step-end').length;
    expect(events.at(-1)).toEqual({
      type: 'train-fail',
      step: steps,
      code: 'training-diverged',
      message: failure!.message,
    });
  });
});
