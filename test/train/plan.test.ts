import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SupervisedExample } from '../../src/data/index.js';
import { createEngine, type Engine } from '../../src/engine/index.js';
import {
  type StepEndEvent,
  type TrainEvent,
  type TrainerConfig,
  type TrainStartEvent,
  VicunaTrainer,
} from '../../src/train/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { fixtureModel, weightsOf } from './fixture-model.js';
import { trajectoryCase, trajectoryExamples } from './trajectory.js';

const examples: SupervisedExample[] = [
  ...trajectoryExamples(trajectoryCase('accum1_wd0')),
  { id: 'mute', tokens: Int32Array.of(5, 6, 7), labels: Int32Array.of(-100, -100, -100), supervisedTokens: 0 },
];

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine[Symbol.asyncDispose]());

async function planAndTrain(config: Partial<TrainerConfig>) {
  const outputDirectory = join(await temporaryDirectory(), 'out');
  await using model = await fixtureModel(engine);
  const settings = { outputDirectory, epochs: 2, batchConversations: 5, maxTokens: 64, checkpoints: false, ...config };
  const trainer = await VicunaTrainer.create(settings as TrainerConfig, { model });
  const plan = await trainer.planExamples(examples, { calibrationSeconds: 0.01 }).result;
  const events: TrainEvent[] = [];
  for await (const event of trainer.trainExamples(examples)) events.push(event);
  const steps = events.filter((event): event is StepEndEvent => event.type === 'step-end');
  const start = events.find((event): event is TrainStartEvent => event.type === 'train-start')!;
  return { plan, events, steps, start };
}

const total = (steps: readonly StepEndEvent[], field: 'tokens' | 'supervisedTokens' | 'microBatches' | 'flops') =>
  steps.reduce((sum, step) => sum + step[field], 0);

describe('A plan', () => {
  it.each<[string, Partial<TrainerConfig>]>([
    ['epochs', {}],
    ['so many steps', { maxSteps: 7 }],
    ['steps of so many tokens', { batchTokens: 128, microBatchTokens: 64 }],
    ['evaluations', { evaluation: { fraction: 0.2, everySteps: 2 } }],
    ['an adapter', { lora: { rank: 2 } }],
    ['ranks that are threads', { ranks: 2, threadsPerRank: 1 }],
  ])('says exactly what training does: %s', async (_, config) => {
    const { plan, events, steps, start } = await planAndTrain(config);
    const { totalSteps, warmupSteps, conversations, tokens, supervisedTokens, unsupervised, heldOut } = start;
    expect(plan.data).toMatchObject({ conversations, tokens, supervisedTokens, unsupervised, heldOut });
    expect(plan.data.unsupervised).toBe(1);
    expect(plan.steps).toMatchObject({
      totalSteps,
      warmupSteps,
      epochs: steps.at(-1)!.epoch,
      tokens: total(steps, 'tokens'),
      supervisedTokens: total(steps, 'supervisedTokens'),
      microBatches: total(steps, 'microBatches'),
      evaluations: events.filter(({ type }) => type === 'evaluation-end').length,
    });
    expect(total(steps, 'flops') / plan.steps.flops).toBeCloseTo(1, 12);
    expect(plan.memory.ranks).toBe(start.ranks);
  });

  it('writes nothing, trains nothing and leaves nothing on the engine', async () => {
    const outputDirectory = join(await temporaryDirectory(), 'out');
    await using model = await fixtureModel(engine);
    const before = await weightsOf(model);
    const { usage } = engine;
    const trainer = await VicunaTrainer.create({ outputDirectory }, { model });
    await trainer.planExamples(examples, { calibrationSeconds: 0.01 }).result;
    expect(engine.usage).toEqual(usage);
    expect(await weightsOf(model)).toEqual(before);
    expect(existsSync(outputDirectory)).toBe(false);
    expect(existsSync(`${outputDirectory}-checkpoints`)).toBe(false);
  });

  it('costs what the hours cost', async () => {
    await using model = await fixtureModel(engine);
    const trainer = await VicunaTrainer.create({ outputDirectory: 'unused' }, { model });
    const { time } = await trainer.planExamples(examples, { calibrationSeconds: 0, pricePerHour: 7.2 }).result;
    expect(time!.basis).toBe('assumed');
    expect(time!.cost).toBeCloseTo((time!.seconds / 3600) * 7.2, 12);
    expect(time!.flopUtilisation).toBeCloseTo(0.5, 12);
  });

  it('divides parameters, gradients and moments among ranks as they are sharded', async () => {
    await using model = await fixtureModel(engine);
    const memory = async (config: Partial<TrainerConfig>) => {
      const trainer = await VicunaTrainer.create({ outputDirectory: 'unused', ...config }, { model });
      return (await trainer.planExamples(examples, { calibrationSeconds: 0 }).result).memory;
    };
    const weights = 4 * 214_208;
    const none = await memory({ ranks: 4, sharding: 'none' });
    expect(none).toMatchObject({ parameters: weights, gradients: weights, moments: 2 * weights, blocksInFlight: 0 });
    const optimizer = await memory({ ranks: 4, sharding: 'optimizer' });
    expect(optimizer).toMatchObject({ parameters: weights, gradients: 1.25 * weights, moments: weights / 2 });
    const full = await memory({ ranks: 4 });
    expect(full).toMatchObject({ parameters: weights / 4, gradients: weights / 4, moments: weights / 2 });
    expect(full.blocksInFlight).toBeGreaterThan(0);
    const adapter = await memory({ lora: { rank: 2 } });
    expect(adapter.parameters).toBeGreaterThan(weights);
    expect(adapter.moments).toBeLessThan(weights / 10);
  });

  it('knows what recomputing saves', async () => {
    await using model = await fixtureModel(engine);
    const memory = async (recompute: boolean) => {
      const trainer = await VicunaTrainer.create({ outputDirectory: 'unused', recompute }, { model });
      return (await trainer.planExamples(examples, { calibrationSeconds: 0 }).result).memory;
    };
    const [kept, recomputed] = [await memory(false), await memory(true)];
    expect(kept.activations).toBe(kept.activationsKept);
    expect(recomputed.activations).toBe(kept.activationsRecomputed);
    expect([kept.layersKept, recomputed.layersKept]).toEqual([3, 0]);
  });

  it('warns where little would be learned', async () => {
    await using model = await fixtureModel(engine);
    const trainer = await VicunaTrainer.create({ outputDirectory: 'unused', epochs: 1 }, { model });
    const { warnings } = await trainer.planExamples(examples, { calibrationSeconds: 0 }).result;
    expect(warnings.map(({ code }) => code)).toContain('few-steps');
  });

  it('names what is wrong with its own configuration', async () => {
    await using model = await fixtureModel(engine);
    const trainer = await VicunaTrainer.create({ outputDirectory: 'unused' }, { model });
    const run = trainer.planExamples(examples, { assumedUtilisation: 2 });
    await expect(run.result).rejects.toMatchObject({ code: 'config-invalid' });
  });
});
