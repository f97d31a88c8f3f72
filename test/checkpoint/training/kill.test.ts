import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'tsup';
import { beforeAll, expect, it } from 'vitest';
import { TrainingCheckpoint } from '../../../src/checkpoint/index.js';
import { projectDirectory } from '../../support/shared-data.js';
import { temporaryFolder } from '../files.js';
import { bitsOf, latest, openWorld, readAll, stateAt, vectorsAt } from './support.js';

const folder = temporaryFolder();
const trainer = join(folder, 'train-forever.mjs');

// One file of JavaScript starts ten times as fast as TypeScript that is compiled on the way.
beforeAll(() =>
  build({
    entry: { 'train-forever': join(projectDirectory, 'test/checkpoint/training/train-forever.ts') },
    outDir: folder,
    outExtension: () => ({ js: '.mjs' }),
    format: 'esm',
    target: 'node20',
    noExternal: [/./],
    dts: false,
    sourcemap: false,
    clean: false,
    config: false,
    silent: true,
  }),
);

/** Trains until a random instant after the first commit. @returns the last step that was said to be committed. */
async function trainAndKill(directory: string, ranks: number): Promise<number> {
  const child = spawn(process.execPath, [trainer, directory, `${ranks}`]);
  let said = '';
  child.stdout.on('data', (text) => {
    said += text;
  });
  let trouble = '';
  child.stderr.on('data', (text) => {
    trouble += text;
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  await wait(Math.random() * 40);
  child.kill('SIGKILL');
  await closed;
  if (child.signalCode !== 'SIGKILL') throw new Error(trouble);
  return Number(said.trim().split('\n').at(-1));
}

// After every kill the run is resumed at another number of ranks.
it.concurrent.each([1, 2])('nothing committed is lost by 25 kills at random instants, run %i', async (run) => {
  const directory = join(folder, `run-${run}`);
  let reached = 0;
  let unfinished = 0;
  for (let kill = 0; kill < 25; kill++) {
    const acknowledged = await trainAndKill(directory, 1 + (kill % 4));
    expect(acknowledged).toBeGreaterThan(reached);

    const world = await openWorld(directory, 1 + ((kill + 1) % 4));
    const found = (await latest(world))!;
    expect(found.state.step).toBeGreaterThanOrEqual(acknowledged);
    expect(found.state).toEqual(stateAt(found.state.step));
    expect(bitsOf(await readAll(found, 3))).toBe(bitsOf(vectorsAt(found.state.step)));
    reached = found.state.step;

    // Whatever was left half done is gone, whatever was committed is whole.
    for (const event of world.events.flat())
      expect(event).toMatchObject({ type: 'checkpoint-remove', reason: 'unfinished' });
    unfinished += world.events.flat().length;
    for (const name of await readdir(directory)) await TrainingCheckpoint.open(join(directory, name));
  }
  // Otherwise no kill came while one was written.
  expect(unfinished).toBeGreaterThan(0);
});
