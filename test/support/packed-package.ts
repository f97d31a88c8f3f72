import { execFile } from 'node:child_process';
import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDirectory } from './shared-data.js';

export const run = promisify(execFile);

/**
 * Builds and packs the project as npm would publish it and installs the tarball into an empty folder.
 *
 * Dependencies come from npm's cache, which the project's own `npm install` has filled; only what is missing there
 * is asked of a registry.
 *
 * @returns the consumer's folder.
 */
export async function installPackedPackage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vicuna-consumer-'));
  await run('npm', ['run', 'build'], { cwd: projectDirectory });
  await run('npm', ['pack', '--pack-destination', folder], { cwd: projectDirectory });
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack wrote no tarball');
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'consumer',
      private: true,
      dependencies: { 'vicuna-sdk': `file:${tarball}` },
      devDependencies: { '@types/node': '^20' },
    }),
  );
  await run('npm', ['install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder });
  return folder;
}
