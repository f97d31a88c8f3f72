import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mountSmallDisk } from '../support/small-disk.js';
import { temporaryDirectory } from '../support/temporary.js';
import { startTraining, type Trained, trainTiny } from './support/tiny-training.js';

/** A checkpoint of the tiny model has 2.6 MB: of these megabytes there is room for one, and for many. */
const ROOM_FOR_ONE = 4;
const ROOM_FOR_MANY = 32;

const small = await mountSmallDisk(ROOM_FOR_ONE);
afterAll(() => small?.unmount());

describe.skipIf(small === undefined)('a disk that is full (needs the right to mount a small one)', () => {
  let directory: string;
  beforeEach(async () => {
    small!.resize(ROOM_FOR_ONE);
    directory = join(small!.path, 'run');
    await mkdir(directory);
  });
  afterEach(() => rm(directory, { recursive: true }));

  /** There is room for the first checkpoint, and for more of them from step 4 on. */
  function trainOnFullDisk(outputDirectory: string, ranks: number): Promise<Trained> {
    return startTraining(
      {
        outputDirectory,
        ranks,
        maxSteps: 5,
        checkpoints: { directory: join(directory, 'checkpoints'), everySteps: 1 },
      },
      (event) => event.type === 'step-end' && event.step === 4 && small!.resize(ROOM_FOR_MANY),
    );
  }

  it.each([1, 2])('fails checkpoints, not the training of %i ranks, and the older one stands', async (ranks) => {
    const elsewhere = join(await temporaryDirectory(), 'out');
    const whole = await trainTiny({ ranks, maxSteps: 5, checkpoints: false });
    const { events, weights } = await trainOnFullDisk(elsewhere, ranks);
    const failures = events.filter((event) => event.type === 'checkpoint-fail');
    expect(failures.map(({ step }) => step)).toEqual(expect.arrayContaining([2]));
    for (const { path, problem } of failures) {
      expect(problem).toMatch(/Rank \d: .*rank-0000\d-of-0000\d\.safetensors cannot be written: the disk is full/);
      expect(problem).toContain(path);
    }
    const commits = events.filter((event) => event.type === 'checkpoint-commit').map(({ path }) => path);
    const left = (await readdir(join(directory, 'checkpoints'))).filter((name) => name.startsWith('step-'));
    expect(left.map((name) => join(directory, 'checkpoints', name)).sort()).toEqual(commits.toSorted());
    expect(commits.map((path) => basename(path))).toEqual(expect.arrayContaining(['step-00000001', 'step-00000005']));
    expect(weights).toEqual(whole.weights);
  });

  it('does not stop the training for the sake of its log, which has whole lines only', async () => {
    const outputDirectory = join(directory, 'out');
    let empty: (() => Promise<void>) | undefined;
    const { events } = await startTraining({ outputDirectory, maxSteps: 30, checkpoints: false }, async (event) => {
      if (event.type === 'step-end' && event.step === 2) empty = await small!.fill(0);
      if (event.type === 'step-end' && event.step === 28) await empty?.();
    });
    const log = await readFile(join(outputDirectory, 'events.jsonl'), 'utf8');
    expect(log.at(-1)).toBe('\n');
    const logged = log
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(logged.length).toBeLessThan(events.length);
    expect(logged.at(-1)).toEqual(events.at(-1));
    const failure = { type: 'log-fail', file: join(outputDirectory, 'events.jsonl') };
    expect(events.filter(({ type }) => type === 'log-fail')).toMatchObject([failure]);
  });
});
