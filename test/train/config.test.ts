import { describe, expect, it } from 'vitest';
import { resolveTrainerConfig, type TrainerConfig } from '../../src/train/config.js';

const resolve = (config: Omit<TrainerConfig, 'outputDirectory'>, context = 4096) =>
  resolveTrainerConfig({ outputDirectory: 'out', ...config }, context);

describe('TrainerConfig', () => {
  it('is the Vicuna recipe by default', () => {
    expect(resolve({})).toEqual({
      outputDirectory: 'out',
      epochs: 3,
      maxSteps: 0,
      maxTokens: 2048,
      microBatchTokens: 2048,
      batchConversations: 128,
      batchTokens: 0,
      tensorboard: false,
      shuffle: true,
      learningRate: 2e-5,
      schedule: 'cosine',
      warmupRatio: 0.03,
      warmupSteps: 0,
      minimumLearningRate: 0,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
      decayNorms: false,
      maxGradientNorm: 1,
      recompute: 'auto',
      seed: 0,
      evaluation: { fraction: 0, everySteps: 0 },
      ranks: 1,
      sharding: 'full',
      prefetch: true,
      checkpoints: { directory: 'out-checkpoints', everySteps: 0, everyMinutes: 30, keep: 8 },
      resume: 'auto',
      saveDtype: 'float32',
      eventLog: true,
    });
  });

  it('takes conversations no longer than the context of the model', () => {
    expect(resolve({}, 256)).toMatchObject({ maxTokens: 256, microBatchTokens: 256 });
    expect(resolve({ maxTokens: 512 }, 256)).toMatchObject({ maxTokens: 512, microBatchTokens: 512 });
  });

  it('fills in what an evaluation leaves out', () => {
    expect(resolve({ evaluation: { fraction: 0.1 } }).evaluation).toEqual({ fraction: 0.1, everySteps: 0 });
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ maxTokens: 2048, microBatchTokens: 1024 }, /microBatchTokens: must hold the longest conversation/],
    [{ batchTokens: 1024 }, /batchTokens: must hold at least one micro-batch/],
    [{ learningRate: 1e-5, minimumLearningRate: 1e-4 }, /minimumLearningRate: must not be above learningRate/],
    [{ epochs: 0 }, /epochs: /],
    [{ schedule: 'stepwise' }, /schedule: .*"cosine"/],
    [{ beta2: 1 }, /beta2: /],
    [{ learningRate: Number.NaN }, /learningRate: /],
    [{ evaluation: { fraction: 1 } }, /evaluation\.fraction: /],
    [{ learning_rate: 1 }, /learning_rate/],
  ])('refuses %o, naming the field', (change, message) => {
    expect(() => resolve(change)).toThrow(message);
    expect(() => resolve(change)).toThrow(/^VicunaTrainer config cannot be used/);
  });
});
