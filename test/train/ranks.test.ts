import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.js';
import type { TrainerConfig } from '../../src/train/index.js';
import { difference } from '../support/differences.js';
import { trajectoryCase } from './trajectory.js';
import { retrain } from './trajectory-suite.js';

/** Largest relative difference allowed between numbers of ranks. */
const TOLERANCE = 1e-5;

type Change = Partial<TrainerConfig>;

const configurations: readonly (readonly [title: string, recorded: string, change: Change])[] = [
  ['2 ranks', 'accum1_wd0', { ranks: 2 }],
  ['3 ranks', 'accum2_wd0.1_hf_groups', { ranks: 3 }],
  ['4 ranks', 'accum2_wd0.1_hf_groups', { ranks: 4 }],
  ['2 ranks, recomputing', 'accum1_wd0', { ranks: 2, recompute: true }],
  ['3 ranks, recomputing', 'accum2_wd0', { ranks: 3, recompute: true }],
  ['2 ranks that bring no block ahead', 'accum1_wd0', { ranks: 2, prefetch: false }],
  ['2 ranks that divide the optimizer', 'accum1_wd0.1_hf_groups', { ranks: 2, sharding: 'optimizer' }],
  ['3 ranks that divide the optimizer', 'accum2_wd0', { ranks: 3, sharding: 'optimizer', recompute: true }],
  ['2 ranks that divide nothing', 'accum1_wd0', { ranks: 2, sharding: 'none' }],
  ['4 ranks that divide nothing', 'accum2_wd0', { ranks: 4, sharding: 'none' }],
];

describe('a training divided among threads', () => {
  let engine: Engine;
  const alone = new Map<string, ReturnType<typeof retrain>>();
  beforeAll(async () => {
    engine = await createEngine({ threads: availableParallelism() });
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  it.each(configurations)('equals one rank: %s', async (_title, name, change) => {
    const recorded = trajectoryCase(name);
    if (!alone.has(name)) alone.set(name, retrain(engine, recorded, { decayNorms: false }));
    const one = await alone.get(name)!;
    const many = await retrain(engine, recorded, { ...change, threadsPerRank: 1 });
    expect(many.steps).toHaveLength(one.steps.length);
    for (const [index, step] of many.steps.entries()) {
      expect(Math.abs(step.loss - one.steps[index]!.loss)).toBeLessThan(TOLERANCE);
      expect(Math.abs(step.gradientNorm / one.steps[index]!.gradientNorm - 1)).toBeLessThan(TOLERANCE);
    }
    for (const [index, { values }] of many.weights.entries())
      expect(difference(values, one.weights[index]!.values).relative).toBeLessThan(TOLERANCE);
  });
});
