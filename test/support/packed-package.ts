import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectDirectory } from './shared-data.js';

export const run = promisify(execFile);

/** Builds and packs the project as npm would publish it. @returns path of the tarball, in a folder of its own. */
export async function packPackage(): Promise<string> {
  await run('npm', ['run', 'build'], { cwd: projectDirectory });
  return pack(projectDirectory, await temporaryFolder());
}

/** The same package as it is for a platform that no binary was built for. @returns path of its tarball. */
export async function withoutBinaries(tarball: string): Promise<string> {
  const folder = await temporaryFolder();
  await run('tar', ['-xzf', tarball, '-C', folder]);
  await rm(join(folder, 'package/prebuilds'), { recursive: true, force: true });
  return pack(join(folder, 'package'), folder);
}

/** A folder of somebody who has installed nothing yet. */
export async function emptyConsumer(): Promise<string> {
  const folder = await temporaryFolder();
  const manifest = { name: 'consumer', private: true, devDependencies: { '@types/node': '^20' } };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  return folder;
}

export interface InstallOptions {
  /** Whether the package's own script runs. */
  readonly scripts: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Installs a tarball for a consumer. Dependencies come from npm's cache, which the project's own `npm install` has
 * filled; only what is missing there is asked of a registry.
 *
 * @returns what npm and the package's script print.
 */
export async function install(consumer: string, tarball: string, { scripts, env }: InstallOptions): Promise<string> {
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', scripts ? '--foreground-scripts' : '--ignore-scripts'];
  const { stdout } = await run('npm', ['install', ...flags, tarball], { cwd: consumer, env });
  return stdout;
}

/** Surroundings in which node, npm and a shell are found, and no compiler. */
export async function withoutCompiler(): Promise<NodeJS.ProcessEnv> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  for (const program of ['npm', 'sh']) {
    const { stdout } = await run('which', [program]);
    await symlink(await realpath(stdout.trim()), join(folder, 'bin', program));
  }
  await symlink(process.execPath, join(folder, 'bin/node'));
  const { CXX, VICUNA_NATIVE_BINARY, ...others } = process.env;
  return { ...others, PATH: join(folder, 'bin') };
}

const folders: string[] = [];

/** Removes every folder that was made here. */
export async function removeFolders(): Promise<void> {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vicuna-consumer-'));
  folders.push(folder);
  return folder;
}

async function pack(directory: string, destination: string): Promise<string> {
  await run('npm', ['pack', '--pack-destination', destination], { cwd: directory });
  const tarball = (await readdir(destination)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack wrote no tarball');
  return join(destination, tarball);
}
