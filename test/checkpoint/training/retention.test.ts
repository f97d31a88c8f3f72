import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../support/temporary.js';
import { latest, onAll, openWorld, save } from './support.js';

const nameOf = (step: number) => `step-${String(step).padStart(8, '0')}`;

describe('old checkpoints', () => {
  it('go when more than keep are newer, each after the commit that makes it superfluous', async () => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, 2, 2);
    for (const step of [1, 2, 3, 4]) await save(world, step);
    expect((await readdir(directory)).sort()).toEqual([3, 4].map(nameOf));
    expect(world.events[0]!.map(({ type, path }) => [type, path.slice(-1)])).toEqual([
      ['checkpoint-commit', '1'],
      ['checkpoint-commit', '2'],
      ['checkpoint-commit', '3'],
      ['checkpoint-remove', '1'],
      ['checkpoint-commit', '4'],
      ['checkpoint-remove', '2'],
    ]);
  });

  it('stay while a save is in flight, and when it fails', async () => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, 1, 1);
    await save(world, 1);
    // A file where the directory of the next checkpoint should be.
    await writeFile(join(directory, nameOf(2)), '');
    expect(await save(world, 2)).toMatchObject({ type: 'checkpoint-fail', step: 2 });
    expect((await latest(world))?.state.step).toBe(1);
    await save(world, 3);
    expect((await latest(world))?.state.step).toBe(3);
    expect((await readdir(directory)).sort()).toEqual([2, 3].map(nameOf));
  });

  it('are counted over resumes, and the eight newest stay by default', async () => {
    const directory = await temporaryDirectory();
    for (let step = 1; step <= 10; step++) await save(await openWorld(directory, 1), step);
    expect((await readdir(directory)).sort()).toEqual([3, 4, 5, 6, 7, 8, 9, 10].map(nameOf));
  });

  it('a kill in the middle of a deletion leaves nothing that looks like a checkpoint', async () => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, 3, 3);
    for (const step of [1, 2, 3]) await save(world, step);
    // What is gone after the marker and one of the files.
    await rm(join(directory, nameOf(1), 'manifest.json'));
    await rm(join(directory, nameOf(1), 'rank-00001-of-00003.safetensors'));
    const resumed = await openWorld(directory, 2, 3);
    expect(resumed.events[0]).toEqual([
      { type: 'checkpoint-remove', path: join(directory, nameOf(1)), reason: 'unfinished' },
    ]);
    expect((await readdir(directory)).sort()).toEqual([2, 3].map(nameOf));
  });

  it('keep what somebody put into them', async () => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, 1, 1);
    await save(world, 1);
    await writeFile(join(directory, nameOf(1), 'notes.md'), 'the good one');
    await save(world, 2);
    expect(await readdir(join(directory, nameOf(1)))).toEqual(['notes.md']);
  });
});

describe('what is not this run’s stays', () => {
  it('whatever it is called', async () => {
    const directory = await temporaryDirectory();
    const foreign = [nameOf(5), `${nameOf(6)}-old`, 'step-7', 'model', '.git'];
    for (const name of foreign) {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'mine'), '');
    }
    await writeFile(join(directory, nameOf(9)), 'a file');
    const world = await openWorld(directory, 1, 1);
    expect(await latest(world)).toBeUndefined();
    for (const step of [1, 2]) await save(world, step);
    expect((await readdir(directory)).sort()).toEqual([...foreign, nameOf(2), nameOf(9)].sort());
    for (const name of foreign) expect(await readdir(join(directory, name))).toEqual(['mine']);
    expect(world.events[0]!.map(({ type }) => type)).not.toContain('checkpoint-skip');
  });

  it('nor does a name that is taken stop a save', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, nameOf(1)));
    await writeFile(join(directory, nameOf(1), 'mine'), '');
    const world = await openWorld(directory, 2);
    expect(await save(world, 1)).toMatchObject({ type: 'checkpoint-commit' });
    expect((await readdir(directory)).sort()).toEqual([nameOf(1), `${nameOf(1)}-2`]);
    await onAll(world.ranks, (checkpoints) => checkpoints[Symbol.asyncDispose]());
  });
});
