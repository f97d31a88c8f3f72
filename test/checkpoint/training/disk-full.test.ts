import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openFilesUnder } from '../../support/open-handles.js';
import { mountSmallDisk } from '../../support/small-disk.js';
import { bitsOf, latest, openWorld, readAll, save, vectorsAt } from './support.js';

const small = await mountSmallDisk(2);
afterAll(() => small?.unmount());

describe.skipIf(small === undefined)('a full disk (needs the right to mount a small one)', () => {
  it.each([1, 3])('fails a save of %i ranks, and nothing else', async (worldSize) => {
    const directory = join(small!.path, `run-${worldSize}`);
    const world = await openWorld(directory, worldSize);
    await save(world, 1);
    const empty = await small!.fill(65_536);

    const outcome = await save(world, 2);
    expect(outcome).toMatchObject({
      type: 'checkpoint-fail',
      step: 2,
      problem: expect.stringMatching(/Rank \d: .*rank-0000\d-of-.*the disk is full \(ENOSPC\)\. Free some room/),
    });
    for (const events of world.events) expect(events.at(-1)).toEqual(outcome);
    expect(await readdir(directory)).toEqual(['step-00000001']);
    expect(await small!.freeBytes()).toBeGreaterThanOrEqual(65_536 - 4096);
    expect(openFilesUnder(directory) ?? []).toEqual([]);

    await empty();
    expect(await save(world, 3)).toMatchObject({ type: 'checkpoint-commit', step: 3 });
    const found = (await latest(await openWorld(directory, 2)))!;
    expect(found.state.step).toBe(3);
    expect(bitsOf(await readAll(found, 2))).toBe(bitsOf(vectorsAt(3)));
    await rm(directory, { recursive: true });
  });

  it('that has room for the files but not for the marker', async () => {
    const directory = join(small!.path, 'marker');
    const world = await openWorld(directory, 1);
    await save(world, 1);
    const [file, marker] = ['rank-00000-of-00001.safetensors', 'manifest.json'].map((name) =>
      join(directory, 'step-00000001', name),
    );
    const pages = async (path: string) => Math.ceil((await stat(path)).size / 4096) * 4096;
    const room = (await pages(file!)) + (await pages(marker!)) - 4096;
    const empty = await small!.fill(room);
    expect(await save(world, 2)).toMatchObject({
      type: 'checkpoint-fail',
      problem: expect.stringMatching(/manifest\.json cannot be written: the disk is full/),
    });
    expect(await readdir(directory)).toEqual(['step-00000001']);
    await empty();
    expect((await latest(world))?.state.step).toBe(1);
  });
});

describe('a rank that cannot write', () => {
  it('fails the save on every rank, which names it', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'vicuna-'));
    const world = await openWorld(directory, 3);
    await save(world, 1);
    // Its name is taken, as it would be by a process of an older job that is still alive.
    const partial = join(directory, 'step-00000002');
    await mkdir(partial);
    await writeFile(join(partial, 'rank-00002-of-00003.safetensors'), 'of another process');
    const outcome = await save(world, 2);
    expect(outcome).toMatchObject({
      type: 'checkpoint-fail',
      problem: expect.stringMatching(
        /^Rank 2: .*rank-00002-of-00003\.safetensors cannot be written: it exists already/,
      ),
    });
    for (const events of world.events) expect(events.at(-1)).toEqual(outcome);
    expect((await latest(world))?.state.step).toBe(1);
    expect(await save(world, 3)).toMatchObject({ type: 'checkpoint-commit' });
    await rm(directory, { recursive: true });
  });
});
