import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestCheckpointInterval, type SpotSimulationConfig, simulateSpot } from '../../src/cloud/index.js';

const day = 24 * 3600;

interface Crew {
  readonly nodes: number;
  readonly preemptionsPerNodeHour: number;
  readonly restartSeconds: number;
}

const base: SpotSimulationConfig = {
  workSeconds: day,
  nodes: 8,
  zones: [{ name: 'a', preemptionsPerNodeHour: 0.05, dollarsPerNodeHour: 10 }],
  checkpointSeconds: 60,
  checkpointIntervalSeconds: 1800,
  failover: 'same-zone',
};

/** Mean seconds of a training in one zone without outages, in closed form: each stretch is begun again until it holds. */
function expectedSeconds(config: {
  work: number;
  interval: number;
  checkpoint: number;
  losses: number;
  provision: number;
  restart: number;
}): number {
  const { losses, provision } = config;
  const stretch = (seconds: number, recovery: number) => Math.expm1(losses * seconds) * (1 / losses + recovery);
  const recovery = provision + stretch(config.restart, provision);
  return recovery + (config.work / config.interval) * stretch(config.interval + config.checkpoint, recovery);
}

describe('a training that is played through', () => {
  it('takes no longer than planned where nothing is lost', () => {
    const { hours, dollars, losses } = simulateSpot({
      ...base,
      zones: [{ name: 'a', dollarsPerNodeHour: 10 }],
      trials: 5,
    });
    const paid = 300 + day + 48 * 60;
    expect(hours.p5).toBeCloseTo((180 + paid) / 3600, 9);
    expect(hours.p99).toBe(hours.p5);
    expect(dollars.mean).toBeCloseTo((paid / 3600) * 8 * 10, 6);
    expect(losses.mean).toBe(0);
  });

  it.each([
    { rate: 0.02, interval: 1800, provision: 180, restart: 300 },
    { rate: 0.2, interval: 600, provision: 120, restart: 60 },
    { rate: 1, interval: 300, provision: 0, restart: 0 },
    { rate: 0.5, interval: 900, provision: 60, restart: 400 },
  ])('takes as long in the mean as the closed form says: %j', ({ rate, interval, provision, restart }) => {
    const { hours, trials } = simulateSpot({
      ...base,
      zones: [{ name: 'a', preemptionsPerNodeHour: rate }],
      checkpointIntervalSeconds: interval,
      provisionSeconds: provision,
      restartSeconds: restart,
      trials: 2000,
    });
    const losses = (8 * rate) / 3600;
    const expected = expectedSeconds({ work: day, interval, checkpoint: 60, losses, provision, restart }) / 3600;
    // Four standard errors, the standard deviation from the spread of the trials.
    const deviation = (hours.p95 - hours.p5) / 3.29;
    expect(Math.abs(hours.mean - expected)).toBeLessThan((4 * deviation) / Math.sqrt(trials));
    expect(deviation / Math.sqrt(trials) / expected).toBeLessThan(0.01);
  });

  it('goes the same way again with the same seed, and another way with another', () => {
    const small = { ...base, trials: 50 };
    expect(simulateSpot({ ...small, seed: 3 })).toEqual(simulateSpot({ ...small, seed: 3 }));
    expect(simulateSpot({ ...small, seed: 4 }).hours).not.toEqual(simulateSpot({ ...small, seed: 3 }).hours);
  });

  it('goes this way with seed 0', () => {
    const { hours, dollars, losses, unfinished } = simulateSpot({ ...base, trials: 100 });
    expect([hours.mean, hours.p95, dollars.mean].map((value) => Number(value.toFixed(4)))).toEqual([
      29.6221, 31.9875, 2315.1696,
    ]);
    expect([losses.mean, unfinished]).toEqual([12.65, 0]);
  });

  it('takes longer with more machines, more preemptions, slower restarts', () => {
    const arbitrary = fc.record({
      nodes: fc.integer({ min: 1, max: 20 }),
      preemptionsPerNodeHour: fc.double({ min: 0.01, max: 0.2, noNaN: true }),
      restartSeconds: fc.integer({ min: 0, max: 600 }),
    });
    const hours = ({ nodes, preemptionsPerNodeHour, restartSeconds }: Crew) =>
      simulateSpot({ ...base, nodes, restartSeconds, zones: [{ name: 'a', preemptionsPerNodeHour }], trials: 200 })
        .hours.mean;
    fc.assert(
      fc.property(arbitrary, (config) => {
        const plain = hours(config);
        expect(hours({ ...config, nodes: config.nodes * 3 })).toBeGreaterThan(plain);
        expect(hours({ ...config, preemptionsPerNodeHour: config.preemptionsPerNodeHour * 3 })).toBeGreaterThan(plain);
        expect(hours({ ...config, restartSeconds: config.restartSeconds + 1800 })).toBeGreaterThan(plain);
      }),
      { numRuns: 15 },
    );
  });

  it('loses nothing to preemptions that are announced in time, and all since the checkpoint otherwise', () => {
    const warned = simulateSpot({ ...base, restartSeconds: 0, warningSeconds: 120, trials: 200 });
    const late = simulateSpot({ ...base, restartSeconds: 0, warningSeconds: 30, trials: 200 });
    expect(warned.savedByWarning).toBeGreaterThan(0.9);
    expect(warned.repeatedHours.mean).toBeLessThan(late.repeatedHours.mean / 3);
    expect(warned.hours.mean).toBeLessThan(late.hours.mean);
    expect(late.savedByWarning).toBe(0);
  });

  it('fails over to a zone that has machines', () => {
    const out = { name: 'a', outagesPerHour: 0.5, outageHours: 10, preemptionsPerNodeHour: 0.01 };
    const alone = simulateSpot({ ...base, zones: [out], trials: 200 });
    const beside = simulateSpot({
      ...base,
      zones: [out, { name: 'b', preemptionsPerNodeHour: 0.01 }],
      failover: 'next-zone',
      trials: 200,
    });
    expect(beside.hours.p95).toBeLessThan(alone.hours.p5);
    expect(beside.unfinished).toBe(0);
  });

  it('is given up where it would never end', () => {
    const { unfinished, hours } = simulateSpot({
      ...base,
      nodes: 500,
      checkpointIntervalSeconds: 7200,
      trials: 3,
      maximumSeconds: 5 * day,
    });
    expect(unfinished).toBe(3);
    expect(hours.mean).toBe(Number.POSITIVE_INFINITY);
  });

  it.each<[object, RegExp]>([
    [{ zones: [] }, /zones: /],
    [{ zones: [{ name: 'a' }, { name: 'a' }] }, /zones: names a zone twice/],
    [{ checkpointIntervalSeconds: 0 }, /checkpointIntervalSeconds: /],
    [{ zones: [{ name: 'a', preemptions: 1 }] }, /zones\.0: .*preemptions/],
  ])('says which field is wrong: %j', (config, message) => {
    expect(() => simulateSpot({ ...base, ...config })).toThrow(message);
  });
});

describe('the checkpoint interval that simulation chooses', () => {
  const instant = { ...base, provisionSeconds: 0, restartSeconds: 0, trials: 150 };

  it('is the optimum of theory within 5 %, whatever the seed', () => {
    for (let seed = 0; seed < 12; seed++) {
      const { seconds, dalySeconds } = bestCheckpointInterval({ ...instant, seed }, 'hours');
      expect(Math.abs(seconds / dalySeconds - 1)).toBeLessThan(0.05);
    }
  });

  it('is longer where warnings save the work', () => {
    const warned = bestCheckpointInterval({ ...instant, warningSeconds: 120 });
    expect(warned.seconds).toBeGreaterThan(3 * warned.dalySeconds);
  });

  it('is not worse than others', () => {
    const { seconds, simulation } = bestCheckpointInterval(instant);
    for (const factor of [0.4, 2.5])
      expect(simulateSpot({ ...instant, checkpointIntervalSeconds: seconds * factor }).dollars.mean).toBeGreaterThan(
        simulation.dollars.mean,
      );
  });
});
