import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SafetensorsFile, type WeightDtype, writeSafetensors } from '../../src/checkpoint/index.js';
import { VicunaError } from '../../src/core/index.js';
import { numericsDirectory } from '../support/shared-data.js';
import { checkpointError, openHandles, safetensorsBytes, temporaryFolder, writeBytes } from './files.js';

const folder = temporaryFolder();
const bytesOf = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);
const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

interface Example {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const tensors = fc.uniqueArray(
  fc.record({
    name: fc.string({ unit: 'grapheme', maxLength: 12 }).filter((name) => name !== '__metadata__'),
    shape: fc.array(fc.nat(5), { maxLength: 3 }),
  }),
  { selector: ({ name }) => name, maxLength: 6 },
);

/** Tensors of numbers that all of `dtype` holds exactly: a whole number of up to 8 bits times a power of two. */
function filled(shapes: readonly { name: string; shape: readonly number[] }[], seed: number): Example[] {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state;
  };
  return shapes.map(({ name, shape }) => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    return {
      name,
      shape,
      values: Float32Array.from({ length: size }, () => (next() >> 24) * 2 ** ((next() >> 30) * 2)),
    };
  });
}

const write = (path: string, examples: readonly Example[], dtype: WeightDtype, metadata?: Record<string, string>) =>
  writeSafetensors(path, examples, ({ values }) => values, { dtype, metadata });

describe('safetensors', () => {
  it('come back as they were written: names, shapes, order, values, metadata', async () => {
    const path = join(folder, 'round-trip.safetensors');
    await fc.assert(
      fc.asyncProperty(
        tensors,
        fc.integer(),
        fc.constantFrom<WeightDtype>('float32', 'bfloat16', 'float16'),
        fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
        async (shapes, seed, dtype, metadata) => {
          const examples = filled(shapes, seed);
          await write(path, examples, dtype, metadata);
          await using file = await SafetensorsFile.open(path);
          expect([...file.metadata].sort()).toEqual(Object.entries(metadata).sort());
          // Empty tensors share their place with a neighbour, so only the others have an order.
          const order = (list: Iterable<{ name: string; shape: readonly number[] }>) =>
            [...list].filter(({ shape }) => !shape.includes(0)).map(({ name }) => name);
          expect(order(file.tensors.values())).toEqual(order(examples));
          for (const { name, shape, values } of examples) {
            expect(file.tensor(name).shape).toEqual(shape);
            expect(await file.read(name)).toEqual(values);
          }
          expect(file.tensors.size).toBe(examples.length);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keep every float32 bit for bit', async () => {
    const path = join(folder, 'bits.safetensors');
    const values = Float32Array.of(0, -0, 1e-45, -1e-45, Number.MAX_VALUE, Number.NEGATIVE_INFINITY, Number.NaN, 1 / 3);
    bits(values)[6] = 0x7fa12345; // a NaN with a payload
    await write(path, [{ name: 'w', shape: [8], values }], 'float32');
    await using file = await SafetensorsFile.open(path);
    expect(bits(await file.read('w'))).toEqual(bits(values));
  });

  it('are read in part, and in pieces when they are large', async () => {
    const path = join(folder, 'large.safetensors');
    const size = 5_000_003; // more than one piece of a read, in both widths, and not a multiple of it
    const values = Float32Array.from({ length: size }, (_, index) => (index * 37) % 251);
    for (const dtype of ['float32', 'bfloat16', 'float16'] as const) {
      await write(path, [{ name: 'w', shape: [size], values }], dtype);
      await using file = await SafetensorsFile.open(path);
      // Comparing five million numbers one by one would take a test runner a minute.
      expect(bytesOf(await file.read('w')).equals(bytesOf(values))).toBe(true);
      const part = await file.read('w', new Float32Array(10), size - 10);
      expect(part).toEqual(values.slice(-10));
      await expect(file.read('w', new Float32Array(11), size - 10)).rejects.toThrow(RangeError);
    }
  });

  it('are read into the middle of a vector', async () => {
    const path = join(folder, 'middle.safetensors');
    await write(path, [{ name: 'w', shape: [2], values: Float32Array.of(5, 6) }], 'bfloat16');
    await using file = await SafetensorsFile.open(path);
    const vector = new Float32Array(5);
    await file.read('w', vector.subarray(2, 4));
    expect([...vector]).toEqual([0, 0, 5, 6, 0]);
  });

  it('begin on a multiple of 8 and hold one dtype', async () => {
    const path = join(folder, 'aligned.safetensors');
    for (let length = 0; length < 9; length++) {
      await write(path, [{ name: 'n'.repeat(length), shape: [1], values: Float32Array.of(1) }], 'float16');
      expect((await readFile(path)).readBigUInt64LE() % 8n).toBe(0n);
    }
  });

  it('are the bytes of transformers for the tensors of transformers', async () => {
    const source = join(numericsDirectory, 'tiny-llama-linear-rope/model/model.safetensors');
    const copy = join(folder, 'copy.safetensors');
    await using file = await SafetensorsFile.open(source);
    await writeSafetensors(copy, [...file.tensors.values()], ({ name }) => file.read(name), { dtype: 'float16' });
    expect((await readFile(copy)).equals(await readFile(source))).toBe(true);
  });

  it.each([
    ['float16', 70_000, 'bfloat16'],
    ['bfloat16', 3.4e38, 'float32'],
  ] as const)('are refused as %s when a number is beyond its range, and leave no file', async (dtype, value, other) => {
    const path = join(folder, 'overflow', `${dtype}.safetensors`);
    const examples = [{ name: 'layer.w', shape: [2, 2], values: Float32Array.of(1, 2, value, 3) }];
    await mkdir(join(folder, 'overflow'), { recursive: true });
    const error: unknown = await write(path, examples, dtype).catch((reason: unknown) => reason);
    expect(VicunaError.isInstance(error) && error.code).toBe('model-unsupported');
    expect(String(error)).toMatch(new RegExp(`layer\\.w holds .* at index 2.*${other}`));
    expect(await readdir(join(folder, 'overflow'))).toEqual([]);
  });

  it('replace an older file only when they are whole, and stop when asked', async () => {
    const path = join(folder, 'aborted.safetensors');
    await writeFile(path, 'older');
    const controller = new AbortController();
    const reason = new Error('enough');
    const before = await openHandles();
    const example = { name: 'w', shape: [4], values: new Float32Array(4) };
    const written = writeSafetensors(
      path,
      [example, { ...example, name: 'v' }],
      ({ name, values }) => {
        if (name === 'v') controller.abort(reason);
        return values;
      },
      { dtype: 'float32', signal: controller.signal },
    );
    await expect(written).rejects.toBe(reason);
    expect(await readFile(path, 'utf8')).toBe('older');
    expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
    expect(await openHandles()).toBe(before);
  });

  it('say what cannot be read as float32', async () => {
    const header = { w: { dtype: 'I64', shape: [1], data_offsets: [0, 8] } };
    const path = await writeBytes(folder, 'integers', safetensorsBytes(header, new Uint8Array(8)));
    await using file = await SafetensorsFile.open(path);
    expect((await checkpointError(file.read('w'))).message).toMatch(/stored as I64; only F32, F16 and BF16/);
    expect((await checkpointError(file.read('v'))).tensor).toBe('v');
  });

  it('of arbitrary damage are refused with a typed error or read as they say', async () => {
    const path = join(folder, 'damaged.safetensors');
    const shapes = [
      { name: 'model.norm.weight', shape: [4] },
      { name: 'lm_head.weight', shape: [3, 4] },
    ];
    await write(path, filled(shapes, 7), 'bfloat16');
    const sound = await readFile(path);
    const headerEnd = 8 + Number(sound.readBigUInt64LE());
    const damage = fc.oneof(
      fc.array(fc.nat(headerEnd * 8 - 1), { minLength: 1, maxLength: 3 }).map((flips) => {
        const bytes = Buffer.from(sound);
        for (const bit of flips) bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
        return bytes;
      }),
      fc.nat(sound.length - 1).map((length) => sound.subarray(0, length)),
      fc.uint8Array({ maxLength: 200 }),
    );
    const before = await openHandles();
    await fc.assert(
      fc.asyncProperty(damage, async (bytes) => {
        await writeFile(path, bytes);
        const readAll = async () => {
          await using file = await SafetensorsFile.open(path);
          let elements = 0;
          for (const { name } of file.tensors.values()) elements += (await file.read(name)).length;
          return elements;
        };
        const outcome = await readAll().catch((error: unknown) => error);
        if (typeof outcome === 'number') expect(outcome).toBeLessThanOrEqual(bytes.length);
        else expect(VicunaError.isInstance(outcome), String(outcome)).toBe(true);
      }),
      { numRuns: 1000 },
    );
    expect(await openHandles()).toBe(before);
  });
});
