import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nativeAddon } from '../support/native.js';
import {
  emptyConsumer,
  install,
  packPackage,
  removeFolders,
  run,
  withoutBinaries,
  withoutCompiler,
} from '../support/packed-package.js';
import { projectDirectory } from '../support/shared-data.js';

const megabyte = 1_000_000;
let tarball: string;
let consumer: string;

beforeAll(async () => {
  tarball = await packPackage();
  consumer = await emptyConsumer();
  await install(consumer, tarball, { scripts: false });
}, 300_000);

afterAll(removeFolders);

/** Runs a script in the consumer's folder and returns what it prints. */
async function consume(file: string, code: string, { folder = consumer, env = process.env } = {}): Promise<string> {
  await writeFile(join(folder, file), code);
  const { stdout } = await run(process.execPath, [file], { cwd: folder, env });
  return stdout.trim();
}

const useIt = `
  const conversation = { id: 'a', turns: [
    { from: 'human', value: 'How do I greet <b>Ada</b>?' },
    { from: 'gpt', value: '<div class="markdown"><p>Say <strong>hello</strong>.</p></div>' },
  ] };
  const cleaner = await ShareGPTCleaner.create();
  for await (const kept of cleaner.clean([conversation])) console.log(JSON.stringify(kept.messages));
  const wrong = await ShareGPTCleaner.create({ minimumCharacters: -1 }).catch((error) => error);
  console.log(VicunaError.isInstance(wrong), wrong.code, wrong.issues[0].path);
`;
const printed = [
  JSON.stringify([
    { role: 'user', content: 'How do I greet <b>Ada</b>?' },
    { role: 'assistant', content: 'Say **hello**.' },
  ]),
  'true config-invalid minimumCharacters',
].join('\n');

describe('the packed package in an empty folder', () => {
  it('works from ESM', async () => {
    const code = `import { ShareGPTCleaner, VicunaError } from 'vicuna-sdk';\n${useIt}`;
    expect(await consume('esm.mjs', code)).toBe(printed);
  });

  it('works from CommonJS', async () => {
    const code = `const { ShareGPTCleaner, VicunaError } = require('vicuna-sdk');\n(async () => {${useIt}})();`;
    expect(await consume('commonjs.cjs', code)).toBe(printed);
  });

  it.each(['vicuna-sdk', 'vicuna-sdk/testing'])(
    'exports what the committed list says, from ESM and CommonJS alike (vitest -u takes over a change): %s',
    async (name) => {
      const print =
        'console.log(JSON.stringify(Object.keys(names).filter((name) => name !== "__esModule").sort(), null, 2));';
      const modules = await consume('names.mjs', `import * as names from '${name}';\n${print}`);
      expect(await consume('names.cjs', `const names = require('${name}');\n${print}`)).toBe(modules);
      await expect(`${modules}\n`).toMatchFileSnapshot(`exports/${name.replace('/', '-')}.json`);
    },
  );

  it('is no larger than it has to be, and its binaries are stripped', async () => {
    const installed = join(consumer, 'node_modules/vicuna-sdk');
    const entries = await readdir(installed, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const sizes = new Map<string, number>();
    for (const file of files) sizes.set(file, (await stat(file)).size);
    const sum = (chosen: readonly string[]) => chosen.reduce((total, file) => total + sizes.get(file)!, 0);
    const binaries = files.filter((file) => file.endsWith('.node'));
    for (const binary of binaries) {
      expect(sizes.get(binary), binary).toBeLessThan(1.6 * megabyte);
      if (binary.includes('linux')) expect((await readFile(binary)).includes('.symtab'), binary).toBe(false);
    }
    const others = files.filter((file) => !file.endsWith('.node'));
    expect(others.filter((file) => file.endsWith('.map'))).toEqual([]);
    expect(sum(others)).toBeLessThan(6 * megabyte);
  });

  it.each(['nodenext', 'bundler'])('type-checks in strict TypeScript with %s resolution', async (resolution) => {
    const code = `
      import { ConversationSegmenter, ShareGPTCleaner, VicunaModel, VicunaTrainer, readConversations } from 'vicuna-sdk';
      import { byteTokenizer } from 'vicuna-sdk/testing';
      export async function main(signal: AbortSignal): Promise<string> {
        await using model = await VicunaModel.load('base', { signal });
        const cleaner = await ShareGPTCleaner.create({ languages: { keep: ['en'] } });
        const segmenter = await ConversationSegmenter.create({ maxTokens: 2048 }, { tokenizer: byteTokenizer() });
        const trainer = await VicunaTrainer.create({ outputDirectory: 'out', epochs: 3 }, { model });
        const run = trainer.train(segmenter.segment(cleaner.clean(readConversations('logs.json'))), { signal });
        for await (const event of run) if (event.type === 'step-end') console.log(event.step, event.loss.toFixed(3));
        // @ts-expect-error a wrong option must be a type error
        await ShareGPTCleaner.create({ minimumCharacter: 3 });
        return (await run.result).checkpoint;
      }`;
    await writeFile(join(consumer, 'strict.ts'), code);
    await writeFile(
      join(consumer, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          target: 'es2022',
          lib: ['es2023', 'esnext.disposable'],
          types: ['node'],
          module: resolution === 'bundler' ? 'preserve' : 'nodenext',
          moduleResolution: resolution,
        },
        files: ['strict.ts'],
      }),
    );
    const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    await expect(run(process.execPath, [compiler, '-p', consumer])).resolves.toMatchObject({ stdout: '' });
  });

  it('loads no native code, tensor library or tokenizer when imported', async () => {
    const code = `
      import 'vicuna-sdk';
      const objects = process.report.getReport().sharedObjects.filter((path) => path.endsWith('.node'));
      console.log(JSON.stringify(objects));`;
    expect(await consume('native.mjs', code)).toBe('[]');
    const packages = await statically(join(consumer, 'node_modules/vicuna-sdk/dist/index.js'));
    expect([...packages].filter((name) => /tensorflow|tokenizers|openai|webgpu/.test(name))).toEqual([]);
    expect(packages).toContain('zod');
  });

  it('runs one script when installed, which only builds, and leaves the GPU libraries to the user', async () => {
    const manifest = JSON.parse(await readFile(join(projectDirectory, 'package.json'), 'utf8'));
    expect(manifest.scripts.install).toBe('node scripts/install-native.mjs');
    for (const name of ['preinstall', 'postinstall', 'prepare']) expect(manifest.scripts).not.toHaveProperty(name);
    expect(manifest.peerDependenciesMeta['@tensorflow/tfjs-node-gpu']).toEqual({ optional: true });
  });
});

describe('installing the packed package', () => {
  const engine = `
    import { createEngine } from 'vicuna-sdk';
    const engine = await createEngine();
    console.log(engine.name, engine.reason);
    await engine[Symbol.asyncDispose]();`;

  it.runIf(nativeAddon)('gives the native engine although no script ran', async () => {
    expect(await consume('engine.mjs', engine)).toMatch(/^native The native engine is the fastest/);
  });

  it('needs no compiler: without a binary it computes with WebAssembly, with one natively', async () => {
    const env = await withoutCompiler();
    const folder = await emptyConsumer();
    const printed = await install(folder, await withoutBinaries(tarball), { scripts: true, env });
    expect(printed).toMatch(/no C\+\+ compiler.*WebAssembly/);
    const chosen = await consume('engine.mjs', engine, { folder, env });
    expect(chosen).toMatch(/^tfjs @tensorflow\/tfjs-backend-wasm is the fastest.* this package has no binary for/);

    expect(await install(folder, tarball, { scripts: true, env })).not.toMatch(/compiler/);
    if (nativeAddon === undefined) return;
    expect(await consume('engine.mjs', engine, { folder, env })).toMatch(/^native The native engine is the fastest/);
  }, 120_000);
});

/** Packages that a built file and the chunks it imports statically load at once. */
async function statically(entry: string, seen = new Set<string>(), packages = new Set<string>()): Promise<Set<string>> {
  if (seen.has(entry)) return packages;
  seen.add(entry);
  const code = await readFile(entry, 'utf8');
  for (const [, specifier] of code.matchAll(/^(?:import|export)\s[^'"()]*?['"]([^'"]+)['"];?$/gm)) {
    if (specifier === undefined || specifier.startsWith('node:')) continue;
    if (specifier.startsWith('.')) await statically(join(dirname(entry), specifier), seen, packages);
    else packages.add(specifier);
  }
  return packages;
}
