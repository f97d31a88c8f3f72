import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { projectDirectory } from '../support/shared-data.js';

const writer = join(projectDirectory, 'test/checkpoint/save-forever.ts');

/** Whether both files hold the same number to their ends. */
async function isWhole(directory: string): Promise<boolean> {
  const texts = await Promise.all(['first', 'second'].map((name) => readFile(join(directory, name), 'utf8')));
  const version = texts[0]!.split(' ', 1)[0];
  return texts.every((text) => text === `${version} `.repeat(20_000));
}

it('a directory is whole after its writer was killed at any instant', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'vicuna-'));
  try {
    for (let kill = 0; kill < 5; kill++) {
      const child = spawn(process.execPath, ['--import', 'tsx', writer, join(parent, 'model')], {
        cwd: projectDirectory,
      });
      await once(child.stdout, 'data');
      await wait(Math.random() * 50);
      child.kill('SIGKILL');
      await once(child, 'exit');
      // Between its two renames the older directory stands beside the target.
      const entries = await readdir(parent);
      const kept = entries.includes('model') ? 'model' : entries.find((name) => name.startsWith('model.older-'));
      expect(await isWhole(join(parent, kept!))).toBe(true);
    }
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
});
