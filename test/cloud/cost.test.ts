import { describe, expect, it } from 'vitest';
import {
  type CostEstimateConfig,
  costAssumptions,
  estimateCost,
  optimalCheckpointInterval,
} from '../../src/cloud/index.js';

const vicuna7b: CostEstimateConfig = {
  model: { parameters: 6.74e9, layers: 32, hiddenSize: 4096 },
  sequences: 70_000,
  tokensPerSequence: 2048,
};

describe('what a training costs', () => {
  it('is arithmetic over what the machines do', () => {
    const estimate = estimateCost(vicuna7b);
    const tokens = 70_000 * 2048 * 3;
    const flops = tokens * (6 * 6.74e9 + 6 * 32 * 4096 * 2048);
    expect(estimate.tokens).toBe(tokens);
    expect(estimate.flops).toBeCloseTo(flops, -10);
    const hours = flops / (8 * 312e12 * 0.35) / 3600;
    expect(estimate.onDemand.hours).toBeCloseTo(hours, 9);
    expect(estimate.onDemand.dollars).toBeCloseTo(hours * 40.22, 6);
  });

  it('says what it assumed, and what it was given', () => {
    const { assumptions } = estimateCost({ ...vicuna7b, assumptions: { flopUtilisation: 0.5 } });
    expect(assumptions.flopUtilisation).toEqual({ value: 0.5, unit: 'share of the peak', source: 'given' });
    expect(assumptions.restartSeconds).toEqual(costAssumptions.restartSeconds);
    for (const { source } of Object.values(costAssumptions)) expect(source.length).toBeGreaterThan(10);
  });

  it('is the same time on spot machines that are never taken away', () => {
    const { onDemand, spot, overhead } = estimateCost({ ...vicuna7b, assumptions: { preemptionsPerNodeHour: 0 } });
    expect(overhead).toMatchObject({ recoveryHours: expect.closeTo(0, 9), preemptions: 0 });
    expect(spot.hours).toBeCloseTo(onDemand.hours + overhead.checkpointHours, 9);
  });

  it('has hours that add up', () => {
    const { onDemand, spot, overhead } = estimateCost({ ...vicuna7b, nodes: 16 });
    expect(spot.hours).toBeCloseTo(onDemand.hours + overhead.checkpointHours + overhead.recoveryHours, 9);
  });

  it('falls with utilisation and rises with preemptions, and is least at the interval it takes', () => {
    const spot = (config: Partial<CostEstimateConfig>) => estimateCost({ ...vicuna7b, ...config }).spot.dollars;
    expect(spot({ assumptions: { flopUtilisation: 0.5 } })).toBeLessThan(spot({}));
    expect(spot({ assumptions: { preemptionsPerNodeHour: 0.5 } })).toBeGreaterThan(spot({}));
    const best = estimateCost(vicuna7b).overhead.checkpointIntervalSeconds;
    for (const factor of [0.5, 0.8, 1.25, 2])
      expect(spot({ checkpointIntervalSeconds: best * factor })).toBeGreaterThan(spot({}));
  });

  it.each<[object, RegExp]>([
    [{ assumptions: { flopUtilisation: 35 } }, /assumptions\.flopUtilisation: is a share/],
    [{ assumptions: { price: 3 } }, /price/],
    [{ epochs: 0 }, /epochs: /],
  ])('says which field is wrong: %j', (config, message) => {
    expect(() => estimateCost({ ...vicuna7b, ...config })).toThrow(message);
  });
});

describe('the best checkpoint interval', () => {
  it('is Young’s square root where losses are rare', () => {
    const interval = optimalCheckpointInterval({ checkpointSeconds: 10, meanSecondsBetweenLosses: 1e7 });
    expect(interval / Math.sqrt(2 * 10 * 1e7)).toBeCloseTo(1, 2);
  });

  it.each([
    [1, 10],
    [60, 600],
    [60, 7200],
    [300, 86_400],
  ])('is within 1.5 %% of the minimum of the expected time: %d s to save, a loss every %d s', (delta, mean) => {
    // Expected seconds for each second of work, but for constant factors.
    const slowness = (interval: number) => Math.expm1((interval + delta) / mean) / interval;
    let [low, high] = [delta / 100, 10 * mean];
    for (let step = 0; step < 200; step++) {
      const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
      if (slowness(a) < slowness(b)) high = b;
      else low = a;
    }
    const interval = optimalCheckpointInterval({ checkpointSeconds: delta, meanSecondsBetweenLosses: mean });
    expect(Math.abs(interval / low - 1)).toBeLessThan(0.015);
  });

  it('is never where nothing is lost, and the mean time between losses where saving takes longer', () => {
    const never = Number.POSITIVE_INFINITY;
    expect(optimalCheckpointInterval({ checkpointSeconds: 10, meanSecondsBetweenLosses: never })).toBe(never);
    expect(optimalCheckpointInterval({ checkpointSeconds: 300, meanSecondsBetweenLosses: 60 })).toBe(60);
  });
});
