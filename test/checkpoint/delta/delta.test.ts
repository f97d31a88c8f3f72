import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  applyDelta,
  makeDelta,
  SafetensorsFile,
  type WeightDtype,
  writeSafetensors,
} from '../../../src/checkpoint/index.js';
import { checkpointError, openHandles, temporaryFolder } from '../files.js';
import { bytesOf } from '../small-model.js';

const folder = temporaryFolder();
let directories = 0;
const place = (name: string) => join(folder, `${name}-${directories++}`);

type Tensors = Record<string, { readonly shape: readonly number[]; readonly values: ArrayLike<number> }>;

/** A model directory; a tensor `a/b` goes into the shard `a.safetensors` under the name `b`. */
async function modelOf(tensors: Tensors, dtype: WeightDtype = 'float32', json: object = {}): Promise<string> {
  const directory = place('model');
  await mkdir(directory);
  await writeFile(join(directory, 'config.json'), JSON.stringify(json));
  const shardOf = (name: string) => (name.includes('/') ? `${name.split('/')[0]}.safetensors` : 'model.safetensors');
  const plain = (name: string) => name.split('/').at(-1)!;
  const names = Object.keys(tensors);
  const shards = [...new Set(names.map(shardOf))];
  for (const shard of shards) {
    const own = names.filter((name) => shardOf(name) === shard);
    const specifications = own.map((name) => ({ name: plain(name), shape: tensors[name]!.shape, key: name }));
    const valuesOf = ({ key }: { key: string }) => Float32Array.from(tensors[key]!.values);
    await writeSafetensors(join(directory, shard), specifications, valuesOf, { dtype });
  }
  if (shards[0] !== 'model.safetensors') {
    const weight_map = Object.fromEntries(names.map((name) => [plain(name), shardOf(name)]));
    await writeFile(join(directory, 'model.safetensors.index.json'), JSON.stringify({ weight_map }));
  }
  return directory;
}

async function read(directory: string, name: string, shard = 'model.safetensors'): Promise<number[]> {
  await using file = await SafetensorsFile.open(join(directory, shard));
  return [...(await file.read(name))];
}

const vector = (...values: number[]) => ({ shape: [values.length], values });
const EMBEDDING = 'model.embed_tokens.weight';

describe('a published delta', () => {
  it('makes a model of its base, with the rows of added tokens as they are, and the delta’s files beside', async () => {
    const base = await modelOf({ [EMBEDDING]: { shape: [2, 2], values: [1, 2, 3, 4] }, norm: vector(5, 6) });
    const delta = await modelOf(
      { 'a/norm': vector(0.5, -6), [`b/${EMBEDDING}`]: { shape: [3, 2], values: [1, 1, 1, 1, 70, 80] } },
      'float32',
      { vocab_size: 3 },
    );
    await writeFile(join(delta, 'tokenizer.model'), 'pieces');
    await writeFile(join(delta, 'pytorch_model.bin'), 'pickle');
    const target = place('target');
    const progress: number[] = [];
    const before = await openHandles();
    await applyDelta({ base, delta, target }, { onProgress: ({ done, total }) => progress.push(done / total!) });
    expect(await openHandles()).toBe(before);
    expect(await read(target, EMBEDDING, 'b.safetensors')).toEqual([2, 3, 4, 5, 70, 80]);
    expect(await read(target, 'norm', 'a.safetensors')).toEqual([5.5, 0]);
    expect((await readdir(target)).sort()).toEqual([
      'a.safetensors',
      'b.safetensors',
      'config.json',
      'model.safetensors.index.json',
      'tokenizer.model',
    ]);
    const index = JSON.parse(await readFile(join(target, 'model.safetensors.index.json'), 'utf8'));
    expect(index).toEqual({
      metadata: { total_size: 32 },
      weight_map: { [EMBEDDING]: 'b.safetensors', norm: 'a.safetensors' },
    });
    expect(JSON.parse(await readFile(join(target, 'config.json'), 'utf8'))).toEqual({ vocab_size: 3 });
    expect(progress.at(-1)).toBe(1);
  });

  it('keeps its number format, and rounds as float16 arithmetic does', async () => {
    const base = await modelOf({ w: vector(2048, 1, 0.1) }, 'float16');
    const delta = await modelOf({ w: vector(1, 2 ** -11, 0.2) }, 'float16');
    const target = place('target');
    await applyDelta({ base, delta, target });
    await using file = await SafetensorsFile.open(join(target, 'model.safetensors'));
    expect(file.dtypeOf('w')).toBe('float16');
    // 2049 and 1 + 2^-11 lie between two float16s and go to the even one; the third is the sum that PyTorch gives.
    expect([...(await file.read('w'))]).toEqual([2048, 1, 0.2998046875]);
  });

  it('comes back as the model it was made from, to the bit where the difference is exact', async () => {
    const whole = fc.integer({ min: -1000, max: 1000 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(whole, whole), { minLength: 4, maxLength: 12 }),
        fc.array(whole, { minLength: 0, maxLength: 3 }),
        fc.constantFrom<WeightDtype>('float32', 'float16'),
        async (pairs, added, dtype) => {
          const column = (values: number[]) => ({ shape: [values.length, 1], values });
          const base = await modelOf({ 'lm_head.weight': column(pairs.map(([value]) => value)) }, dtype);
          const tuned = [...pairs.map(([, value]) => value), ...added];
          const target = await modelOf({ 'lm_head.weight': column(tuned) }, dtype);
          const [delta, again] = [place('delta'), place('again')];
          await makeDelta({ base, target, delta });
          await applyDelta({ base, delta, target: again });
          expect(await readFile(join(again, 'model.safetensors'))).toEqual(
            await readFile(join(target, 'model.safetensors')),
          );
        },
      ),
      { numRuns: 12 },
    );
  });

  it('comes back within the rounding of its format elsewhere', async () => {
    const values = (seed: number) => Float32Array.from({ length: 500 }, (_, i) => Math.sin(seed + i * 12.9898));
    const [base, target] = [await modelOf({ w: vector(...values(1)) }), await modelOf({ w: vector(...values(2)) })];
    const [delta, again] = [place('delta'), place('again')];
    await makeDelta({ base, target, delta });
    await applyDelta({ base, delta, target: again });
    const [restored, tuned] = [await read(again, 'w'), await read(target, 'w')];
    expect(bytesOf(Float32Array.from(restored)).equals(bytesOf(Float32Array.from(tuned)))).toBe(false);
    for (const [index, value] of restored.entries()) expect(Math.abs(value - tuned[index]!)).toBeLessThan(2 ** -23);
  });

  it('is combined a part at a time, also where the base ends inside one', async () => {
    const rows = 2 ** 20 + 5;
    const column = (count: number, value: number) => ({
      shape: [count, 1],
      values: new Float32Array(count).fill(value),
    });
    const base = await modelOf({ [EMBEDDING]: column(rows - 3, 1) });
    const delta = await modelOf({ [EMBEDDING]: column(rows, 2) });
    const target = place('target');
    await applyDelta({ base, delta, target });
    await using file = await SafetensorsFile.open(join(target, 'model.safetensors'));
    const restored = await file.read(EMBEDDING);
    expect(restored.indexOf(2)).toBe(rows - 3);
    expect(restored.subarray(0, rows - 3).every((value) => value === 3)).toBe(true);
  });
});

describe('a delta that does not fit', () => {
  it.each([
    ['lacks a tensor', { w: vector(1) }, { w: vector(1), v: vector(1) }, /lacks these tensors of .*: v\./],
    ['has one more', { w: vector(1), v: vector(1) }, { w: vector(1) }, /not in .*: v\./],
    ['has another shape', { w: vector(1, 2) }, { w: vector(1) }, /shape is \[1\], but \[2\]/],
    ['is longer where no vocabulary is', { w: vector(1) }, { w: vector(1, 2) }, /Only the vocabulary may be larger/],
    [
      'has a larger vocabulary in the base',
      { [EMBEDDING]: { shape: [2, 1], values: [1, 2] } },
      { [EMBEDDING]: { shape: [1, 1], values: [1] } },
      /shape is \[1, 1\], but \[2, 1\]/,
    ],
  ] as const)('is refused where the base %s', async (_, inBase, inDelta, message) => {
    const [base, delta] = [await modelOf(inBase as Tensors), await modelOf(inDelta as Tensors)];
    const target = place('target');
    const before = await openHandles();
    expect((await checkpointError(applyDelta({ base, delta, target }))).message).toMatch(message);
    expect(await openHandles()).toBe(before);
    expect(await readdir(folder)).not.toContain(target);
  });

  it('is refused as PyTorch’s pickle, saying how to convert it', async () => {
    const base = await modelOf({ w: vector(1) });
    const delta = place('pickle');
    await mkdir(delta);
    await writeFile(join(delta, 'pytorch_model.bin'), '');
    const error = await checkpointError(applyDelta({ base, delta, target: place('target') }));
    expect(error.message).toMatch(/safe_serialization=True/);
  });
});

describe('where a delta is written', () => {
  it('must not be one of the directories that are read, nor one in use', async () => {
    const base = await modelOf({ w: vector(1) });
    const delta = await modelOf({ w: vector(2) });
    const same = applyDelta({ base, delta, target: `${base}/` });
    await expect(same).rejects.toMatchObject({ code: 'config-invalid', issues: [{ path: 'target' }] });
    const taken = place('taken');
    await cp(base, taken, { recursive: true });
    await expect(applyDelta({ base, delta, target: taken })).rejects.toMatchObject({ code: 'file-unwritable' });
    await applyDelta({ base, delta, target: taken, overwrite: true });
    expect(await read(taken, 'w')).toEqual([3]);
  });

  it('stays as it was when the job is aborted', async () => {
    const [base, delta] = [
      await modelOf({ w: vector(1), v: vector(1) }),
      await modelOf({ w: vector(2), v: vector(3) }),
    ];
    const target = place('target');
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('enough'));
    const before = (await readdir(folder)).length;
    await expect(applyDelta({ base, delta, target }, { signal: controller.signal, onProgress })).rejects.toThrow(
      'enough',
    );
    expect((await readdir(folder)).length).toBe(before);
  });
});
