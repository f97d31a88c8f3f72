import { copyFile, cp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { TrainingCheckpoint, TrainingCheckpointError } from '../../../src/checkpoint/index.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { temporaryFolder } from '../files.js';
import { bitsOf, latest, openWorld, readAll, save, vectorsAt } from './support.js';

const original = join(temporaryFolder(), 'run');
const older = 'step-00000001';
const newer = 'step-00000002';
const files = [...Array.from({ length: 3 }, (_, rank) => `rank-0000${rank}-of-00003.safetensors`), 'manifest.json'];

beforeAll(async () => {
  const world = await openWorld(original, 3);
  for (const step of [1, 2]) await save(world, step);
  expect((await readdir(join(original, newer))).sort()).toEqual([...files].sort());
});

/** Damages a copy's newest checkpoint and resumes: the one before it has to be found, and the file named. */
async function resumeAfter(damage: (checkpoint: string) => Promise<unknown>, file: string, worldSize = 2) {
  const directory = join(await temporaryDirectory(), 'run');
  await cp(original, directory, { recursive: true });
  const checkpoint = join(directory, newer);
  await damage(checkpoint);
  const damaged = join(checkpoint, file);

  const error: unknown = await TrainingCheckpoint.open(checkpoint).catch((reason) => reason);
  expect(error).toBeInstanceOf(TrainingCheckpointError);
  expect(error).toMatchObject({ code: 'checkpoint-unreadable', file: damaged });

  const world = await openWorld(directory, worldSize);
  const found = await latest(world);
  expect(found?.path).toBe(join(directory, older));
  expect(bitsOf(await readAll(found!, 2))).toBe(bitsOf(vectorsAt(1)));
  expect(world.events.slice(1).flat()).toEqual([]);
  return { directory, checkpoint, damaged, events: world.events[0]! };
}

describe.each(files.slice(0, 3))('%s', (file) => {
  const skipped = async (damage: (path: string) => Promise<unknown>, problem: RegExp) => {
    const { checkpoint, damaged, events } = await resumeAfter((path) => damage(join(path, file)), file);
    expect(events).toEqual([
      { type: 'checkpoint-skip', path: checkpoint, file: damaged, problem: expect.stringMatching(problem) },
    ]);
  };

  it('deleted', () => skipped((path) => rm(path), /not there/));
  it('empty', () => skipped((path) => truncate(path, 0), /has 0 bytes instead of/));
  it('cut short by a byte', () =>
    skipped(async (path) => truncate(path, (await readFile(path)).length - 1), /cut short/));
  it('a byte longer', () => skipped((path) => writeFile(path, 'x', { flag: 'a' }), /bytes instead of/));
  it('a directory', () => skipped((path) => rm(path).then(() => symlink('.', path)), /no file/));
});

describe('manifest.json', () => {
  const path = (checkpoint: string) => join(checkpoint, 'manifest.json');

  it.each([
    ['deleted', (checkpoint: string) => rm(path(checkpoint))],
    ['empty', (checkpoint: string) => truncate(path(checkpoint), 0)],
    ['torn', (checkpoint: string) => truncate(path(checkpoint), 5000)],
    [
      'torn at its last byte',
      async (checkpoint: string) => truncate(path(checkpoint), (await readFile(path(checkpoint))).length - 1),
    ],
  ])('%s: the save never finished, and what it left is swept', async (_, damage) => {
    const { directory, checkpoint, events } = await resumeAfter(damage, 'manifest.json');
    expect(events).toEqual([{ type: 'checkpoint-remove', path: checkpoint, reason: 'unfinished' }]);
    expect(await readdir(directory)).toEqual([older]);
  });

  it('longer than it was written', async () => {
    const { checkpoint, damaged, events } = await resumeAfter(
      (place) => writeFile(path(place), '\n', { flag: 'a' }),
      'manifest.json',
    );
    expect(events).toEqual([
      { type: 'checkpoint-skip', path: checkpoint, file: damaged, problem: expect.stringMatching(/checksum/) },
    ]);
  });

  it('of another checkpoint', async () => {
    const swap = (checkpoint: string) => copyFile(path(join(checkpoint, '..', older)), path(checkpoint));
    const { events } = await resumeAfter(swap, files[0]!);
    expect(events[0]).toMatchObject({ type: 'checkpoint-skip', problem: expect.stringMatching(/SHA-256/) });
  });
});

it('two files of the same length swapped', async () => {
  const { events } = await resumeAfter(async (checkpoint) => {
    const [first, second] = files.map((file) => join(checkpoint, file)) as [string, string];
    await rename(first, join(checkpoint, 'x'));
    await rename(second, first);
    await rename(join(checkpoint, 'x'), second);
  }, files[0]!);
  expect(events).toHaveLength(1);
});

it('any bit of any file, at any place', async () => {
  const anyByte = fc.record({ file: fc.constantFrom(...files), place: fc.nat(), bit: fc.integer({ min: 0, max: 7 }) });
  await fc.assert(
    fc.asyncProperty(anyByte, async ({ file, place, bit }) => {
      const directory = join(original, newer);
      const path = join(directory, file);
      const bytes = await readFile(path);
      const flipped = Buffer.from(bytes);
      flipped[place % bytes.length]! ^= 1 << bit;
      await writeFile(path, flipped);
      try {
        const error: unknown = await TrainingCheckpoint.open(directory).catch((reason) => reason);
        expect(error).toMatchObject({ code: 'checkpoint-unreadable', file: path });
      } finally {
        await writeFile(path, bytes);
      }
    }),
    { numRuns: 150 },
  );
  await expect(TrainingCheckpoint.open(join(original, newer))).resolves.toBeDefined();
});

it('every checkpoint damaged: that is an error, for nothing may begin anew unasked, and each is named', async () => {
  const directory = join(await temporaryDirectory(), 'run');
  await cp(original, directory, { recursive: true });
  for (const name of [older, newer]) await truncate(join(directory, name, files[1]!), 100);
  const world = await openWorld(directory, 2);
  const message = `${directory}: no checkpoint in it is whole. ${join(directory, newer, files[1]!)}: `;
  const found = world.ranks.map((checkpoints) => checkpoints.latest());
  for (const outcome of await Promise.allSettled(found))
    expect(outcome).toMatchObject({
      status: 'rejected',
      reason: { code: 'checkpoint-unreadable', message: expect.stringContaining(message) },
    });
  expect(world.events[0]!.map(({ path }) => path)).toEqual([join(directory, newer), join(directory, older)]);
});

it('a damaged checkpoint does not count as one to keep, and goes when enough newer ones are whole', async () => {
  const directory = join(await temporaryDirectory(), 'run');
  await cp(original, directory, { recursive: true });
  await truncate(join(directory, newer, files[0]!), 100);
  const world = await openWorld(directory, 2, 2);
  await latest(world);
  await save(world, 3);
  expect((await readdir(directory)).sort()).toEqual([older, newer, 'step-00000003']);
  await save(world, 4);
  expect((await readdir(directory)).sort()).toEqual(['step-00000003', 'step-00000004']);
});

it('nor does one whose manifest is damaged', async () => {
  const directory = join(await temporaryDirectory(), 'run');
  await cp(original, directory, { recursive: true });
  const manifest = join(directory, newer, 'manifest.json');
  await writeFile(manifest, (await readFile(manifest, 'utf8')).replace('"step":2', '"step":3'));
  const world = await openWorld(directory, 1, 2);
  await save(world, 3);
  expect((await readdir(directory)).sort()).toEqual([older, newer, 'step-00000003']);
  await save(world, 4);
  expect((await readdir(directory)).sort()).toEqual(['step-00000003', 'step-00000004']);
});
