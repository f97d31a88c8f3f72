import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { type TrainerConfig, VicunaTrainer } from '../../src/train/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { trajectoryCase, trajectoryExamples } from './trajectory.js';

const examples = trajectoryExamples(trajectoryCase('accum1_wd0'));
const vocabularySize = 1 + Math.max(...examples.flatMap(({ tokens }) => [...tokens]));

/** The losses of a model whose head computes with its embedding's matrix. */
async function losses(engine: Engine, config: Partial<TrainerConfig>): Promise<number[]> {
  await using model = await VicunaModel.create(
    { vocabularySize, hiddenSize: 32, layers: 3, heads: 2, ffnSize: 48, contextLength: 64, tiedEmbeddings: true },
    { engine },
  );
  const trainer = await VicunaTrainer.create(
    {
      outputDirectory: join(await temporaryDirectory(), 'out'),
      maxSteps: 3,
      batchConversations: 8,
      learningRate: 1e-2,
      checkpoints: false,
      ...config,
    },
    { model },
  );
  const taken: number[] = [];
  for await (const event of trainer.trainExamples(examples)) if (event.type === 'step-end') taken.push(event.loss);
  return taken;
}

describe('a tied embedding, which the head and the lookup of tokens both learn', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ threads: 1 });
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  it.each(['full', 'optimizer', 'none'] as const)('is the same on two ranks, sharding %s', async (sharding) => {
    const one = await losses(engine, {});
    const two = await losses(engine, { ranks: 2, threadsPerRank: 1, sharding });
    expect(one).toHaveLength(3);
    for (const [step, loss] of two.entries()) expect(Math.abs(loss - one[step]!)).toBeLessThan(1e-5);
  });
});
