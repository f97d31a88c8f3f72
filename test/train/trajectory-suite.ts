import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../../src/engine/index.js';
import { type StepEndEvent, type TrainerConfig, VicunaTrainer } from '../../src/train/index.js';
import { difference, expectWithin, showMeasuredErrors } from '../support/differences.js';
import { namedParameters, tolerance } from '../support/goldens.js';
import { readSafetensors } from '../support/safetensors.js';
import { temporaryDirectory } from '../support/temporary.js';
import { fixtureModel, weightsOf } from './fixture-model.js';
import {
  finalWeightsFile,
  type TrajectoryCase,
  trajectories,
  trajectoryCase,
  trajectoryExamples,
} from './trajectory.js';

/** What a case differs in from the recipe; its weight decay and accumulation stand in the recording. */
const cases: readonly (readonly [name: string, change: Partial<TrainerConfig>])[] = [
  ['accum1_wd0', {}],
  ['accum1_wd0.1_hf_groups', {}],
  ['accum1_wd0.1_all_params', { decayNorms: true }],
  ['accum1_wd0_NOCLIP', { maxGradientNorm: 0 }],
  ['accum2_wd0', {}],
  ['accum2_wd0.1_hf_groups', {}],
];

/** Of these the recording has every final weight; of the others the norm and the ends of each. */
const casesWithFinalWeights = ['accum1_wd0', 'accum2_wd0.1_hf_groups'];

/** Specifies that training equals transformers' on an engine. */
export function specifyTrajectories(backend: string, start: () => Promise<Engine>): void {
  describe(`twelve AdamW steps on ${backend}`, () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(async () => {
      showMeasuredErrors(`trajectories on ${backend}`);
      await engine[Symbol.asyncDispose]();
    });

    it.each(cases)('follow transformers: %s', async (name, change) => {
      const recorded = trajectoryCase(name);
      const { steps, weights } = await retrain(engine, recorded, change);
      expectSteps(steps, recorded);
      for (const { name: parameter, values } of weights) {
        const golden = recorded.final_params[parameter]!;
        const ends = [...values.slice(0, 8), ...values.slice(-8)];
        const gap = difference(ends, [...golden.first8, ...golden.last8]);
        expectWithin('final parameters', gap.maximum, tolerance.parameters);
        const norm = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
        expectWithin('norm of final parameters', Math.abs(norm / golden.norm - 1), tolerance.parametersRelative);
      }
      if (!casesWithFinalWeights.includes(name)) return;
      const stored = readSafetensors(finalWeightsFile(name));
      expect(stored.size).toBe(weights.length);
      for (const { name: parameter, values } of weights) {
        const { maximum, relative } = difference(values, stored.get(parameter)!.values);
        expectWithin('final parameters', maximum, tolerance.parameters);
        expectWithin('final parameters, relative', relative, tolerance.parametersRelative);
      }
    });
  });
}

function expectSteps(steps: readonly StepEndEvent[], recorded: TrajectoryCase): void {
  expect(steps).toHaveLength(recorded.steps.length);
  for (const [index, step] of steps.entries()) {
    const golden = recorded.steps[index]!;
    expectWithin('loss', Math.abs(step.loss - golden.loss), tolerance.trajectoryLoss);
    const normRatio = step.gradientNorm / golden.grad_norm_before_clip;
    expectWithin('gradient norm', Math.abs(normRatio - 1), tolerance.gradientNormRelative);
    expect(step.learningRate).toBeCloseTo(golden.lr, 12);
    expect(step.supervisedTokens).toBe(golden.supervised_tokens.reduce((sum, count) => sum + count, 0));
  }
}

/** Trains as a recorded run did: the same rows in the same steps, packed into micro-batches of our own. */
export async function retrain(engine: Engine, recorded: TrajectoryCase, change: Partial<TrainerConfig> = {}) {
  const model = await fixtureModel(engine);
  const trainer = await VicunaTrainer.create(
    {
      outputDirectory: join(await temporaryDirectory(), 'out'),
      epochs: 1,
      maxTokens: 64,
      microBatchTokens: 80,
      batchConversations: trajectories.micro_batch_rows * recorded.accumulation,
      shuffle: false,
      learningRate: trajectories.peak_lr,
      weightDecay: recorded.weight_decay,
      ...change,
    },
    { model },
  );
  const steps: StepEndEvent[] = [];
  for await (const event of trainer.trainExamples(trajectoryExamples(recorded)))
    if (event.type === 'step-end') steps.push(event);
  const weights = namedParameters(model.transformer.shape, await weightsOf(model));
  await model[Symbol.asyncDispose]();
  return { steps, weights };
}
