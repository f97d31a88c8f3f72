import { appendFile, cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TrainEvent, TrainerConfig } from '../../src/train/index.js';
import { temporaryFolder } from '../checkpoint/files.js';
import { difference } from '../support/differences.js';
import { temporaryDirectory } from '../support/temporary.js';
import { failTraining, startTraining, type Trained } from './support/tiny-training.js';

const TOLERANCE = 1e-5;
const folder = temporaryFolder();
const finished = new Map<number, Promise<{ outputDirectory: string; trained: Trained }>>();

/** A training that was finished, with checkpoints of steps 2, 4 and 6. */
function original(ranks: number): Promise<{ outputDirectory: string; trained: Trained }> {
  const outputDirectory = join(folder, `${ranks}`, 'out');
  const known = finished.get(ranks);
  const training = known ?? startTraining({ outputDirectory, ranks }).then((trained) => ({ outputDirectory, trained }));
  finished.set(ranks, training);
  return training;
}

const stepName = (step: number) => `step-0000000${step}`;

/** A copy of it: what is done to one test's checkpoints is not seen by another. */
async function copyOf(ranks: number) {
  const { outputDirectory: from, trained } = await original(ranks);
  const outputDirectory = join(await temporaryDirectory(), 'out');
  for (const suffix of ['', '-checkpoints'])
    await cp(`${from}${suffix}`, `${outputDirectory}${suffix}`, { recursive: true });
  const checkpoint = (step: number) => join(`${outputDirectory}-checkpoints`, stepName(step));
  return { outputDirectory, trained, checkpoint };
}

const resumedAt = (events: readonly TrainEvent[]) =>
  events.find((event) => event.type === 'train-start')?.resumed?.step;
const skipsOf = (events: readonly TrainEvent[]) => events.filter((event) => event.type === 'checkpoint-skip');

async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 16;
  await writeFile(path, bytes);
}

const cut = async (path: string) => truncate(path, (await readFile(path)).length - 100);

describe.each([1, 2])('%i ranks whose newest checkpoint is damaged', (ranks) => {
  const rankFile = `rank-0000${ranks - 1}-of-0000${ranks}.safetensors`;

  it.each([
    ['missing', rankFile, (path: string) => rm(path)],
    ['cut short', rankFile, cut],
    ['with one bit flipped', rankFile, flipBit],
    ['with one bit flipped', 'manifest.json', flipBit],
  ])('go on from the one before, naming the file: %s, %s', async (_what, file, damage) => {
    const { outputDirectory, trained, checkpoint } = await copyOf(ranks);
    await damage(join(checkpoint(6), file));
    const { events, steps, weights } = await startTraining({ outputDirectory, ranks });
    expect(skipsOf(events)).toMatchObject([{ path: checkpoint(6), file: join(checkpoint(6), file) }]);
    expect(events[0]!.type).toBe('checkpoint-skip');
    expect(resumedAt(events)).toBe(4);
    expect(steps.map(({ step, loss }) => [step, loss])).toEqual(
      trained.steps.slice(4).map(({ step, loss }) => [step, loss]),
    );
    expect(weights).toEqual(trained.weights);
  });

  it('take a manifest that is torn for a save that was killed', async () => {
    const { outputDirectory, trained, checkpoint } = await copyOf(ranks);
    await cut(join(checkpoint(6), 'manifest.json'));
    const { events, weights } = await startTraining({ outputDirectory, ranks });
    expect(events[0]).toEqual({ type: 'checkpoint-remove', path: checkpoint(6), reason: 'unfinished' });
    expect(weights).toEqual(trained.weights);
  });

  it('do not begin anew unasked when none is whole', async () => {
    const { outputDirectory, checkpoint } = await copyOf(ranks);
    const log = await readFile(join(outputDirectory, 'events.jsonl'), 'utf8');
    for (const step of [2, 4, 6]) await cut(join(checkpoint(step), rankFile));
    const { error, events } = await failTraining({ outputDirectory, ranks });
    expect(error).toMatchObject({ code: 'checkpoint-unreadable' });
    expect((error as Error).message).toContain(
      `${outputDirectory}-checkpoints: no checkpoint in it is whole. ${checkpoint(6)}`,
    );
    expect((error as Error).message).toContain('resume: false');
    expect(skipsOf(events).map(({ path }) => path)).toEqual([6, 4, 2].map(checkpoint));
    expect(await readFile(join(outputDirectory, 'events.jsonl'), 'utf8')).toContain(log);
    const anew = await startTraining({ outputDirectory, ranks, resume: false });
    expect(anew.steps).toHaveLength(6);
  });
});

describe('what 4 ranks saved', () => {
  it.each([
    [1, {}],
    [2, { sharding: 'optimizer' }],
    [2, { sharding: 'full', recompute: true, prefetch: false }],
    [3, { sharding: 'none' }],
    [3, { sharding: 'full' }],
  ] as const)('is gone on with by %i: %j', async (ranks, change) => {
    const { outputDirectory, trained, checkpoint } = await copyOf(4);
    for (const step of [4, 6]) await rm(checkpoint(step), { recursive: true });
    const { events, steps, weights } = await startTraining({ outputDirectory, ranks, ...change });
    expect(resumedAt(events)).toBe(2);
    expect(steps).toHaveLength(4);
    for (const [index, { loss }] of steps.entries())
      expect(Math.abs(loss - trained.steps[index + 2]!.loss)).toBeLessThan(TOLERANCE);
    for (const [name, values] of weights)
      expect(difference(values, trained.weights.get(name)!).relative).toBeLessThan(TOLERANCE);
  });
});

describe('a training that is started again', () => {
  const changes: readonly (readonly [change: Partial<TrainerConfig>, fields: readonly string[]])[] = [
    [{ learningRate: 2e-3, seed: 5, beta2: 0.99 }, ['learningRate', 'beta2', 'seed']],
    [{ maxSteps: 7 }, ['maxSteps']],
    [{ lora: { rank: 2 } }, ['lora']],
    [{ evaluation: { fraction: 0.3 } }, ['conversations']],
  ];

  it.each(changes)('refuses to go on as another one, naming every field: %j', async (change, fields) => {
    const { outputDirectory } = await copyOf(1);
    const log = await readFile(join(outputDirectory, 'events.jsonl'), 'utf8');
    for (const ranks of [1, 2]) {
      const { error, events } = await failTraining({ outputDirectory, ranks, ...change });
      expect(error).toMatchObject({ code: 'config-invalid', issues: fields.map((path) => ({ path })) });
      expect((error as Error).message).toContain('begin anew with resume: false');
      // Told, and not written: the log is that of the training which is there.
      expect(events.map(({ type }) => type)).toEqual(['train-fail']);
    }
    expect(await readFile(join(outputDirectory, 'events.jsonl'), 'utf8')).toBe(log);
  });

  it('may have other ranks, memory and places', async () => {
    const { outputDirectory, trained, checkpoint } = await copyOf(1);
    await rm(checkpoint(6), { recursive: true });
    const { events, steps } = await startTraining({
      outputDirectory: join(await temporaryDirectory(), 'elsewhere'),
      checkpoints: { directory: `${outputDirectory}-checkpoints`, everySteps: 1 },
      recompute: true,
      ranks: 2,
      saveDtype: 'bfloat16',
      eventLog: false,
    });
    expect(resumedAt(events)).toBe(4);
    expect(Math.abs(steps.at(-1)!.loss - trained.steps.at(-1)!.loss)).toBeLessThan(TOLERANCE);
  });

  it('has only its model to save when the last step was saved', async () => {
    const { outputDirectory, trained } = await copyOf(1);
    await rm(outputDirectory, { recursive: true });
    const { events, weights } = await startTraining({ outputDirectory });
    expect(events.map(({ type }) => type)).toEqual(['train-start', 'train-end']);
    expect(events.at(-1)).toMatchObject({ steps: 6, loss: trained.steps.at(-1)!.loss });
    expect(weights).toEqual(trained.weights);
  });

  it('goes on from a checkpoint that is named, also when it makes none', async () => {
    const { outputDirectory, trained, checkpoint } = await copyOf(1);
    for (const ranks of [1, 2]) {
      const { events } = await startTraining({ outputDirectory, ranks, resume: checkpoint(2), checkpoints: false });
      expect(resumedAt(events)).toBe(2);
      expect((events.at(-1) as { loss: number }).loss).toBeCloseTo(trained.steps.at(-1)!.loss, 5);
    }
  });

  it.each([1, 2])('says which named checkpoint it does not find, with %i ranks', async (ranks) => {
    const outputDirectory = join(await temporaryDirectory(), 'out');
    const nowhere = join(outputDirectory, 'step-00000009');
    const { error } = await failTraining({ outputDirectory, ranks, resume: nowhere });
    expect(error).toMatchObject({ code: 'checkpoint-unreadable', message: expect.stringContaining(nowhere) });
  });

  it('mends the last line of a log that was torn', async () => {
    const { outputDirectory } = await copyOf(1);
    const path = join(outputDirectory, 'events.jsonl');
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    await appendFile(path, '{"type":"step-e');
    const { events } = await startTraining({ outputDirectory });
    const log = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(log).toEqual([...lines, ...events.map((event) => JSON.stringify(event))]);
  });

  it('keeps its checkpoints beside its output, however that is written', async () => {
    const outputDirectory = join(await temporaryDirectory(), 'out');
    await startTraining({ outputDirectory: `${outputDirectory}/`, maxSteps: 2 });
    expect(await readdir(`${outputDirectory}-checkpoints`)).toContain('step-00000002');
  });
});
