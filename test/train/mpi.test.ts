import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StepEndEvent, TrainerConfig } from '../../src/train/index.js';
import { temporaryFolder } from '../checkpoint/files.js';
import { hasLauncher } from '../collectives/support/mpirun.js';
import { difference } from '../support/differences.js';
import { readSafetensors } from '../support/safetensors.js';
import { buildProgram, type Launch, type Program, Running } from './support/programs.js';
import { trajectories, trajectoryCase } from './trajectory.js';

/** Largest relative difference allowed between numbers of ranks. */
const TOLERANCE = 1e-5;
const recorded = 'accum2_wd0';

const configurations: readonly (readonly [title: string, processes: number, change: Partial<TrainerConfig>])[] = [
  ['2 that divide everything', 2, {}],
  ['2 that divide the optimizer, recomputing', 2, { sharding: 'optimizer', recompute: true }],
  ['2 that divide nothing', 2, { sharding: 'none' }],
  ['4 that divide everything, recomputing', 4, { recompute: true }],
  ['4 that divide the optimizer', 4, { sharding: 'optimizer' }],
  ['4 that divide nothing', 4, { sharding: 'none' }],
];

describe.runIf(hasLauncher('mpirun.openmpi'))('a training divided among processes', () => {
  let program: Program;
  const folder = temporaryFolder();
  let one: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    program = await buildProgram(folder);
    one = await train('one', {});
  });

  /** Trains as the recorded run did. */
  async function train(name: string, change: Partial<TrainerConfig>, launch: Launch = {}) {
    const outputDirectory = join(folder, 'runs', name);
    const trainer: TrainerConfig = {
      outputDirectory,
      epochs: 1,
      maxTokens: 64,
      microBatchTokens: 80,
      batchConversations: trajectories.micro_batch_rows * trajectoryCase(recorded).accumulation,
      shuffle: false,
      learningRate: trajectories.peak_lr,
      weightDecay: 0,
      evaluation: { fraction: 0.1 },
      ...change,
    };
    const ended = await new Running(program, { trainer }, launch).ended;
    expect(ended).toMatchObject({ exitCode: 0, errors: '', left: [] });
    expect(ended.events.filter(({ type }) => type === 'process-end')).toHaveLength(launch.processes ?? 1);
    const log = (await readFile(join(outputDirectory, 'events.jsonl'), 'utf8')).trimEnd().split('\n');
    expect(log.filter((line) => line.includes('"train-end"'))).toHaveLength(1);
    const evaluation = ended.events.find((event) => event.type === 'evaluation-end');
    return {
      steps: ended.events.filter((event): event is StepEndEvent => event.type === 'step-end'),
      evaluationLoss: evaluation!.loss,
      weights: readSafetensors(join(outputDirectory, 'model.safetensors')),
    };
  }

  it.each(configurations)('equals one rank: %s', async (title, processes, change) => {
    const many = await train(title, change, { processes });
    expect(many.steps).toHaveLength(one.steps.length);
    for (const [index, step] of many.steps.entries()) {
      expect(Math.abs(step.loss - one.steps[index]!.loss)).toBeLessThan(TOLERANCE);
      expect(Math.abs(step.gradientNorm / one.steps[index]!.gradientNorm - 1)).toBeLessThan(TOLERANCE);
    }
    expect(Math.abs(many.evaluationLoss - one.evaluationLoss)).toBeLessThan(TOLERANCE);
    for (const [name, { values }] of many.weights)
      expect(difference(values, one.weights.get(name)!.values).relative).toBeLessThan(TOLERANCE);
  });

  it.each([
    ['learningRate', { trainer: { learningRate: 0.5 } }, / \(here, on rank 1: 0\.5\)/],
    ['sharding', { trainer: { sharding: 'none' } }, / \(here, on rank 1: "none"\)/],
    ['conversations', { examples: 10 }, /; start every process with the same/],
  ] as const)('does not begin where processes were given different %s, and says so', async (name, told, detail) => {
    const outputDirectory = join(folder, 'runs', `other ${name}`);
    const trainer = { outputDirectory, maxTokens: 64, microBatchTokens: 80, batchConversations: 4, learningRate: 1e-3 };
    const job = { trainer, ofRank: { rank: 1, ...told } };
    const ended = await new Running(program, job, { processes: 2 }).ended;
    expect(ended).toMatchObject({ exitCode: 1, left: [] });
    expect(ended.errors).toContain(`${name}: differs between rank 0 and rank 1`);
    expect(ended.errors).toMatch(detail);
    expect(ended.events.some(({ type }) => type === 'train-start')).toBe(false);
  });
});
