import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createEngine } from '../../src/engine/index.js';
import { createTfjsEngine } from '../../src/engine/select.js';
import { nativeAddon } from '../support/native.js';
import { projectDirectory } from '../support/shared-data.js';

const empty = mkdtempSync(join(tmpdir(), 'vicuna-empty-'));
afterAll(() => rmSync(empty, { recursive: true }));

describe('choosing an engine', () => {
  it('picks what is asked for and says so', async () => {
    await using engine = await createEngine({ engine: 'tfjs', backend: 'cpu' });
    expect(engine).toMatchObject({ name: 'tfjs', backend: 'cpu' });
    expect(engine.reason).toBe('The cpu backend (@tensorflow/tfjs-backend-cpu) was asked for.');
  });

  it('picks the best backend that loads, and says what is missing for a better one', async () => {
    await using engine = await createEngine({ engine: 'tfjs' });
    if (engine.backend === 'tensorflow') expect(engine.reason).toMatch(/tfjs-node/);
    else {
      expect(engine.backend).toBe('wasm');
      expect(engine.reason).toMatch(/tfjs-backend-wasm is the fastest that loads here: .*tfjs-node is not installed/);
    }
  });

  it('fails with the next action when what was asked for does not load', async ({ skip }) => {
    vi.spyOn(process, 'cwd').mockReturnValue(empty);
    const outcome = await createTfjsEngine('tensorflow').catch((error: Error) => error);
    vi.restoreAllMocks();
    if (!(outcome instanceof Error)) {
      await outcome[Symbol.asyncDispose]();
      return skip('tfjs-node is installed here');
    }
    expect(outcome).toMatchObject({ code: 'engine-unavailable' });
    expect(outcome.message).toMatch(/tfjs-node is not installed.*npm install @tensorflow\/tfjs-node.*'wasm'/);
  });

  it.skipIf(nativeAddon === undefined)('picks the native engine when the choice is open', async () => {
    await using engine = await createEngine({ threads: 2 });
    expect(engine.name).toBe('native');
    expect(engine.reason).toBe(
      `The native engine is the fastest on a processor: kernels for ${engine.backend} on 2 threads.`,
    );
  });

  it('picks the GPU package before the native engine where it is installed', () => {
    // A stand-in that only starts: what is shown is the choice, and that it is found from the folder of the process.
    const folder = join(empty, 'node_modules/@tensorflow/tfjs-node-gpu');
    mkdirSync(folder, { recursive: true });
    const core = JSON.stringify(createRequire(import.meta.url).resolve('@tensorflow/tfjs-core'));
    const standIn = `const tf = require(${core});
      tf.registerBackend('tensorflow', () => ({ write: () => ({}), disposeData: () => true, numDataIds: () => 0, dispose() {} }));
      module.exports = tf;`;
    writeFileSync(join(folder, 'index.js'), standIn);
    const source = pathToFileURL(join(projectDirectory, 'src/engine/index.ts')).href;
    const script = `
      const { createEngine } = await import(${JSON.stringify(source)});
      const engine = await createEngine();
      console.log(engine.backend, engine.reason);
      await engine[Symbol.asyncDispose]();`;
    const parameters = ['--import', import.meta.resolve('tsx'), '--input-type=module', '--eval', script];
    const output = execFileSync(process.execPath, parameters, { cwd: empty, encoding: 'utf8' });
    rmSync(join(empty, 'node_modules'), { recursive: true });
    expect(output).toBe('tensorflow @tensorflow/tfjs-node-gpu is installed beside this package.\n');
  });

  it('names an option that does not exist', async () => {
    await expect(createEngine({ backend: 'webgl' as never })).rejects.toThrow(
      /backend: is webgl; there are tensorflow/,
    );
    await expect(createEngine({ engine: 'torch' as never })).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it('starts several at once, prints nothing and leaves no listener on the process', () => {
    const source = pathToFileURL(join(projectDirectory, 'src/engine/index.ts')).href;
    const script = `
      const { createEngine } = await import(${JSON.stringify(source)});
      const count = () => ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event)).join();
      const before = count();
      const engines = await Promise.all(['wasm', 'cpu', 'wasm'].map((backend) => createEngine({ backend })));
      for (const engine of engines) await engine[Symbol.asyncDispose]();
      if (count() !== before) console.log('listeners: ' + before + ' -> ' + count());
    `;
    const output = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      cwd: projectDirectory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(output).toBe('');
  });
});
