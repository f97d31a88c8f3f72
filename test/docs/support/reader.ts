import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { projectDirectory } from '../../support/shared-data.js';
import { shellScriptOf } from './commands.js';
import { writeFixtures } from './fixtures.js';
import type { Page } from './page.js';
import { scriptsOf } from './script.js';

const run = promisify(execFile);
const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Seconds that all code of one page may take. */
const PAGE_SECONDS = 120;

/** Somebody who has installed the package, has the files that the docs speak of, and tries what a page says. */
export class Reader implements AsyncDisposable {
  readonly #home: string;
  readonly #endpoint: string;

  private constructor(home: string, endpoint: string) {
    this.#home = home;
    this.#endpoint = endpoint;
  }

  /** @param endpoint - what stands in for OpenAI's API. */
  static async create(endpoint: string): Promise<Reader> {
    const home = await realpath(await mkdtemp(join(tmpdir(), 'vicuna-docs-')));
    await mkdir(join(home, 'files'));
    await writeFixtures(join(home, 'files'));
    await install(join(home, 'node_modules'));
    return new Reader(home, endpoint);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#home, { recursive: true, force: true });
  }

  /**
   * Runs everything of a page in a fresh copy of the files: its program, then its commands.
   *
   * @returns what the program printed.
   * @throws the error of what failed first; its text names page and line.
   */
  async follow(page: Page): Promise<string> {
    const folder = await mkdtemp(join(this.#home, 'page-'));
    await cp(join(this.#home, 'files'), folder, { recursive: true });
    // Port 8000 may be taken on the machine that tests.
    const port = String(await freePort());
    const portable = (text: string) => text.replaceAll(/\b8000\b/g, port);
    const { program, files } = scriptsOf(page);
    for (const { file, source } of program === undefined ? files : [...files, program]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), portable(source));
    }
    const printed = program === undefined ? '' : await this.#run(folder, process.execPath, [program.file]);
    const { script } = shellScriptOf(page);
    if (script !== '') await this.#run(folder, 'bash', ['-c', portable(script)]);
    await rm(folder, { recursive: true, force: true });
    return printed;
  }

  async #run(cwd: string, command: string, words: readonly string[]): Promise<string> {
    const env = {
      ...process.env,
      PATH: `${join(this.#home, 'node_modules/.bin')}:${process.env.PATH}`,
      NODE_OPTIONS: `--import ${loader}`,
      TSX_TSCONFIG_PATH: join(projectDirectory, 'tsconfig.json'),
      OPENAI_API_KEY: 'a-key-of-the-test',
      OPENAI_BASE_URL: this.#endpoint,
      VICUNA_OUTPUT_DIRECTORY: 'checkpoints/run',
      OMPI_ALLOW_RUN_AS_ROOT: '1',
      OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
      npm_config_offline: 'true',
    };
    const options = { cwd, env, timeout: PAGE_SECONDS * 1000, maxBuffer: 64 * 2 ** 20 };
    try {
      return (await run(command, [...words], options)).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${stderr}\n${stdout.slice(-4000)}`, { cause: error });
    }
  }
}

/** The package as it would lie in a reader's `node_modules`, only from its sources, and what else the pages import. */
async function install(modules: string): Promise<void> {
  const installed = join(projectDirectory, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  for (const name of await readdir(installed))
    if (!name.startsWith('.')) await symlink(join(installed, name), join(modules, name));
  await mkdir(join(modules, 'vicuna-sdk'));
  const file = (name: string, text: string) => writeFile(join(modules, 'vicuna-sdk', name), text);
  const exports = { '.': './index.ts', './testing': './testing.ts' };
  await file('package.json', JSON.stringify({ name: 'vicuna-sdk', type: 'module', exports }));
  await file('index.ts', `export * from '${join(projectDirectory, 'src/index.ts')}';\n`);
  await file('testing.ts', `export * from '${join(projectDirectory, 'src/testing/index.ts')}';\n`);
  await symlink(join(installed, '.bin/tsx'), join(modules, '.bin/tsx'));
  const program = join(modules, '.bin/vicuna');
  await writeFile(program, `#!/bin/sh\nexec node "${join(projectDirectory, 'src/cli/main.ts')}" "$@"\n`);
  await chmod(program, 0o755);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
