import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { type StepEndEvent, type TrainerConfig, VicunaTrainer } from '../../src/train/index.js';
import { difference } from '../support/differences.js';
import { temporaryDirectory } from '../support/temporary.js';
import { fixtureModel, weightsOf } from './fixture-model.js';
import { trajectories, trajectoryCase, trajectoryExamples } from './trajectory.js';

const TOLERANCE = 1e-5;

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(() => engine[Symbol.asyncDispose]());

/** Trains adapters on the recorded rows. */
async function train(change: Partial<TrainerConfig>) {
  const outputDirectory = join(await temporaryDirectory(), 'adapter');
  await using model = await fixtureModel(engine);
  const before = await weightsOf(model);
  const trainer = await VicunaTrainer.create(
    {
      outputDirectory,
      epochs: 1,
      maxTokens: 64,
      microBatchTokens: 80,
      batchConversations: trajectories.micro_batch_rows,
      shuffle: false,
      learningRate: 5e-3,
      lora: { rank: 4, dropout: 0.1, targets: ['q_proj', 'v_proj', 'down_proj'] },
      threadsPerRank: 1,
      ...change,
    },
    { model },
  );
  const losses: number[] = [];
  for await (const event of trainer.trainExamples(trajectoryExamples(trajectoryCase('accum1_wd0'))))
    if (event.type === 'step-end') losses.push((event as StepEndEvent).loss);
  return { outputDirectory, losses, before, after: await weightsOf(model) };
}

describe('training low-rank adapters', () => {
  it('learns, saves what peft reads, and changes the model by it', async () => {
    const { handles } = engine.usage;
    const { outputDirectory, losses, before, after } = await train({});
    expect(losses.at(-1)).toBeLessThan(losses[0]! - 0.1);
    expect(JSON.parse(await readFile(join(outputDirectory, 'adapter_config.json'), 'utf8'))).toMatchObject({
      peft_type: 'LORA',
      r: 4,
    });
    // The embedding and the head are frozen; every layer has changed.
    expect(after[0]).toEqual(before[0]);
    expect(after.at(-1)).toEqual(before.at(-1));
    for (const layer of [1, 2, 3]) expect(after[layer]).not.toEqual(before[layer]);
    await using fresh = await fixtureModel(engine);
    await fresh.mergeAdapter(outputDirectory);
    expect(await weightsOf(fresh)).toEqual(after);
    await fresh[Symbol.asyncDispose]();
    expect(engine.usage.handles).toBe(handles);
  });

  it.each<[string, Partial<TrainerConfig>]>([
    ['2 ranks that divide everything', { ranks: 2 }],
    ['3 ranks that divide the optimizer', { ranks: 3, sharding: 'optimizer' }],
    ['2 ranks that divide nothing', { ranks: 2, sharding: 'none', recompute: true }],
  ])('gives the same with %s', async (_title, change) => {
    const [one, many] = [await train({}), await train(change)];
    for (const [step, loss] of many.losses.entries())
      expect(Math.abs(loss - one.losses[step]!)).toBeLessThan(TOLERANCE);
    for (const [block, weights] of many.after.entries())
      expect(difference(weights, one.after[block]!).relative).toBeLessThan(TOLERANCE);
  });
});
