import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/index.js';
import { trajectoryCase } from './trajectory.js';
import { retrain, specifyTrajectories } from './trajectory-suite.js';

specifyTrajectories('wasm', () => createEngine({ backend: 'wasm' }));

describe('the loss of a step', () => {
  it('is one mean over all of its micro-batches, not a mean of their means', async () => {
    await using engine = await createEngine({ backend: 'wasm' });
    const { steps } = await retrain(engine, trajectoryCase('accum2_wd0'));
    expect(steps.some(({ microBatches }) => microBatches > 1)).toBe(true);
    const legacy = trajectoryCase('accum2_wd0_LEGACY_mean_of_means');
    const apart = steps.filter((step, index) => Math.abs(step.loss - legacy.steps[index]!.loss) > 1e-3);
    expect(apart.length).toBeGreaterThan(10);
  });
});
