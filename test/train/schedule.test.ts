import { describe, expect, it } from 'vitest';
import { learningRateAt, type Schedule, type ScheduleName, warmupStepsOf } from '../../src/train/schedule.js';

const ratesOf = (schedule: Schedule) =>
  Array.from({ length: schedule.totalSteps }, (_, step) => learningRateAt(schedule, step));

const scheduleOf = (shape: ScheduleName, totalSteps: number, warmupSteps: number, minimum = 0): Schedule => {
  return { shape, totalSteps, warmupSteps, peak: 1, minimum };
};

// Figures: transformers 5.17, get_{cosine,linear,constant}_schedule_with_warmup and
// get_cosine_with_min_lr_schedule_with_warmup(min_lr_rate=0.1), peak 1.
describe('learning rate', () => {
  it.each<[string, Schedule, number[]]>([
    [
      'cosine',
      scheduleOf('cosine', 10, 2),
      [0, 0.5, 1, 0.9619397663, 0.8535533906, 0.6913417162, 0.5, 0.3086582838, 0.1464466094, 0.0380602337],
    ],
    ['linear', scheduleOf('linear', 10, 2), [0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125]],
    ['constant', scheduleOf('constant', 10, 2), [0, 0.5, 1, 1, 1, 1, 1, 1, 1, 1]],
    [
      'cosine to a minimum',
      scheduleOf('cosine', 10, 2, 0.1),
      [0, 0.5, 1, 0.9657457896, 0.8681980515, 0.7222075446, 0.55, 0.3777924554, 0.231801948, 0.1342542104],
    ],
    ['cosine without warm-up', scheduleOf('cosine', 4, 0), [1, 0.8535533906, 0.5, 0.1464466094]],
    ['cosine after one step of warm-up, which learns nothing', scheduleOf('cosine', 4, 1), [0, 1, 0.75, 0.25]],
  ])('follows transformers: %s', (_, schedule, expected) => {
    for (const [step, rate] of ratesOf(schedule).entries()) expect(rate).toBeCloseTo(expected[step]!, 9);
  });

  it('scales with the peak', () => {
    const schedule = { ...scheduleOf('cosine', 10, 2), peak: 2e-5 };
    expect(learningRateAt(schedule, 4)).toBeCloseTo(0.8535533906 * 2e-5, 12);
  });

  it('stays at its minimum past the end', () => {
    expect(learningRateAt(scheduleOf('cosine', 4, 0, 0.1), 9)).toBeCloseTo(0.1, 12);
  });

  it('only rises when the warm-up is as long as training', () => {
    expect(ratesOf(scheduleOf('linear', 4, 4))).toEqual([0, 0.25, 0.5, 0.75]);
  });
});

describe('warm-up steps', () => {
  it.each([
    [12, 1],
    [100, 3],
    [101, 4],
    [1, 1],
  ])('are the ratio of all steps rounded up: 0.03 of %i is %i', (totalSteps, expected) => {
    expect(warmupStepsOf({ warmupSteps: 0, warmupRatio: 0.03 }, totalSteps)).toBe(expected);
  });

  it('are none at ratio 0, and as many as given otherwise', () => {
    expect(warmupStepsOf({ warmupSteps: 0, warmupRatio: 0 }, 100)).toBe(0);
    expect(warmupStepsOf({ warmupSteps: 7, warmupRatio: 0.03 }, 100)).toBe(7);
  });
});
