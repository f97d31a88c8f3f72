import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/index.js';
import { loadAddon } from '../../src/engine/native/index.js';
import { loadGolden, packedBatch } from '../support/goldens.js';
import { withModel, zerosLike } from '../support/model-pass.js';
import { temporaryDirectory } from '../support/temporary.js';

describe('the native engine', () => {
  it('computes the same bits with any number of threads, engines side by side', async () => {
    const golden = loadGolden('tiny-llama-mha');
    const gradientsWith = async (threads: number) => {
      await using engine = await createEngine({ engine: 'native', threads });
      return await withModel(engine, golden.shape, golden.parameters, async (model) => {
        const gradients = await zerosLike(model);
        await model.train(gradients, { gradientScale: 1, keep: true }, packedBatch(golden.expected));
        return Promise.all(gradients.map((gradient) => engine.download(gradient)));
      });
    };
    const alone = await gradientsWith(1);
    for (const together of await Promise.all([2, 3, 5].map(gradientsWith))) expect(together).toEqual(alone);
  });

  it('reads and writes shared memory in place', async () => {
    await using engine = await createEngine({ engine: 'native' });
    const shared = new Float32Array(new SharedArrayBuffer(4096), 4, 1000).fill(2);
    const vector = await engine.upload(shared);
    expect(await engine.sumOfSquares(vector)).toBe(4000);
    shared.fill(0);
    expect(await engine.download(vector, shared)).toBe(shared);
    expect(shared).toEqual(new Float32Array(1000).fill(2));
  });

  it('refuses threads and instructions that there are not', async () => {
    await expect(createEngine({ engine: 'native', threads: 0 })).rejects.toThrow(/threads: must be/);
    const other = process.arch === 'arm64' ? 'avx2' : 'neon';
    await expect(createEngine({ engine: 'native', instructionSet: other })).rejects.toThrow(/no \w+ instructions/);
  });
});

describe('without a binary that runs', () => {
  const before = process.env.VICUNA_NATIVE_BINARY;
  afterEach(() => {
    if (before === undefined) delete process.env.VICUNA_NATIVE_BINARY;
    else process.env.VICUNA_NATIVE_BINARY = before;
  });

  it('says that there is none, and takes WebAssembly', async () => {
    process.env.VICUNA_NATIVE_BINARY = '/nowhere/vicuna.node';
    await using engine = await createEngine();
    expect(engine.backend).toBe('wasm');
    expect(engine.reason).toMatch(/no binary for \w+-\w+ \(\/nowhere\/vicuna\.node\)/);
    await expect(createEngine({ engine: 'native' })).rejects.toMatchObject({ code: 'engine-unavailable' });
  });

  it('tries a binary where its failure harms nobody', async () => {
    const file = join(await temporaryDirectory(), 'vicuna.node');
    writeFileSync(file, 'not a library');
    await expect(loadAddon(file)).rejects.toThrow(/does not run here: .*vicuna\.node/);
  });
});
