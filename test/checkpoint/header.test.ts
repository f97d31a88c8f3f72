import { open } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { SafetensorsFile } from '../../src/checkpoint/index.js';
import { checkpointError, openHandles, safetensorsBytes, temporaryFolder, writeBytes } from './files.js';

const folder = temporaryFolder();
const f32 = (shape: unknown, begin: unknown, end: unknown) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

/** What opening a file of these bytes says. */
async function refusal(bytes: Uint8Array): Promise<{ message: string; tensor: string | undefined }> {
  const path = await writeBytes(folder, 'refused.safetensors', bytes);
  const before = await openHandles();
  const { message, tensor, code, file } = await checkpointError(SafetensorsFile.open(path));
  expect(code).toBe('model-unreadable');
  expect(file).toBe(path);
  expect(message.startsWith(path)).toBe(true);
  expect(await openHandles(), 'a refused file must be closed').toBe(before);
  return { message, tensor };
}

describe('a safetensors header', () => {
  it.each([
    ['no object', '[]', /not a JSON object/],
    ['broken JSON', '{"a":', /not valid JSON/],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /not valid JSON/],
    ['nesting deeper than any stack', '['.repeat(1_000_000), /not valid JSON/],
    ['metadata that is no object', { __metadata__: 'pt' }, /__metadata__ is not an object/],
    ['metadata that is no text', { __metadata__: { format: 7 } }, /__metadata__\.format is not a text/],
  ])('is refused for %s', async (_, header, message) => {
    const bytes = Buffer.isBuffer(header)
      ? Buffer.concat([Buffer.from([header.length, 0, 0, 0, 0, 0, 0, 0]), header])
      : safetensorsBytes(header);
    expect((await refusal(bytes)).message).toMatch(message);
  });

  it.each([
    ['an entry that is no object', 'x', /not an object/],
    ['an unknown dtype', { dtype: 'F128', shape: [1], data_offsets: [0, 4] }, /"F128" is not a dtype/],
    ['a dtype named as a method of objects', { dtype: 'toString', shape: [1], data_offsets: [0, 4] }, /not a dtype/],
    ['a missing dtype', { shape: [1], data_offsets: [0, 4] }, /undefined is not a dtype/],
    ['a missing shape', { dtype: 'F32', data_offsets: [0, 4] }, /shape undefined/],
    ['a negative extent', f32([-1], 0, 4), /shape \[-1\]/],
    ['a fractional extent', f32([0.5], 0, 4), /shape \[0.5\]/],
    ['an extent nested a million deep', `${'['.repeat(1e6)}${']'.repeat(1e6)}`, /shape \[an object\]/],
    ['a shape whose product overflows', f32([2 ** 40, 2 ** 40], 0, 4), /too large to be true/],
    ['a shape whose product overflows before a zero', f32([2 ** 40, 2 ** 40, 0], 0, 0), /too large to be true/],
    ['a negative offset', f32([1], -4, 0), /data_offsets \[-4,0\]/],
    ['three offsets', { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] }, /data_offsets/],
    ['offsets that run backwards', f32([1], 4, 0), /ends \(byte 0\) before it begins \(byte 4\)/],
    ['fewer bytes than the shape needs', f32([2], 0, 4), /takes 8 bytes, but it has 4/],
    ['a packed dtype that ends inside a byte', { dtype: 'F4', shape: [3], data_offsets: [0, 1] }, /whole byte/],
    ['bytes outside the file', f32([2], 0, 8), /ends at byte 8 of the data, but the file holds 4/],
  ])('is refused for %s, naming the tensor', async (_, entry, message) => {
    const header =
      typeof entry === 'string' && entry.startsWith('[')
        ? `{"w":{"dtype":"F32","shape":${entry},"data_offsets":[0,4]}}`
        : { w: entry };
    const { message: said, tensor } = await refusal(safetensorsBytes(header, new Uint8Array(4)));
    expect(said).toMatch(message);
    expect(tensor).toBe('w');
  });

  it('is refused for tensors that overlap', async () => {
    const header = { a: f32([2], 0, 8), b: f32([2], 4, 12) };
    const { message, tensor } = await refusal(safetensorsBytes(header, new Uint8Array(12)));
    expect(message).toMatch(/from 4 overlap/);
    expect(tensor).toBe('b');
  });

  it('is refused for bytes that belong to no tensor, between tensors and at the end', async () => {
    const hole = { a: f32([1], 0, 4), b: f32([1], 8, 12) };
    expect((await refusal(safetensorsBytes(hole, new Uint8Array(12)))).message).toMatch(/bytes 4 to 8 before it/);
    const tail = { a: f32([1], 0, 4) };
    expect((await refusal(safetensorsBytes(tail, new Uint8Array(6)))).message).toMatch(/last 2 bytes belong to no/);
  });

  it.each([
    [
      'plainly',
      '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    ],
    [
      'spelled with an escape',
      '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"\\u0077":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
    ],
  ])('is refused for a name that stands twice, %s', async (_, header) => {
    const { message, tensor } = await refusal(safetensorsBytes(header, new Uint8Array(4)));
    expect(message).toMatch(/twice/);
    expect(tensor).toBe('w');
  });

  it('is refused for a field that stands twice', async () => {
    const header = '{"w":{"dtype":"F32","shape":[1],"dtype":"I32","data_offsets":[0,4]}}';
    expect((await refusal(safetensorsBytes(header, new Uint8Array(4)))).message).toMatch(/twice/);
  });

  it('is refused when it claims more than the file, or more than any header may have, without allocating it', async () => {
    const claim = (length: bigint) => {
      const bytes = Buffer.alloc(64, 0x20);
      bytes.writeBigUInt64LE(length);
      return bytes;
    };
    expect((await refusal(claim(57n))).message).toMatch(/claims 57 bytes, but only 56 follow/);
    expect((await refusal(claim(2n ** 64n - 1n))).message).toMatch(/above the limit of 100000000/);
    expect((await refusal(new Uint8Array(7))).message).toMatch(/has 7 bytes, too few/);
  });

  it('may have the same key in different objects, braces in names, scalars, empty tensors and no alignment', async () => {
    const header = {
      __metadata__: { dtype: 'x', '}{",': '\\"' },
      __proto__key: f32([], 0, 4),
      '{"w":1},"w"': f32([0, 7], 4, 4),
      last: { dtype: 'I8', shape: [3], data_offsets: [4, 7], later: 'fields are none of our business' },
    };
    const path = await writeBytes(folder, 'odd.safetensors', safetensorsBytes(header, new Uint8Array(7)));
    await using file = await SafetensorsFile.open(path);
    expect([...file.tensors.keys()]).toEqual(['__proto__key', '{"w":1},"w"', 'last']);
    expect(file.metadata.get('}{",')).toBe('\\"');
  });

  it('is refused where there is no file to read', async () => {
    await expect(SafetensorsFile.open(`${folder}/absent`)).rejects.toMatchObject({ code: 'file-unreadable' });
    expect((await checkpointError(SafetensorsFile.open(folder))).message).toMatch(/not a file/);
  });

  it('reports a file that shrinks while it is read', async () => {
    const path = await writeBytes(folder, 'shrinks', safetensorsBytes({ w: f32([4], 0, 16) }, new Uint8Array(16)));
    await using file = await SafetensorsFile.open(path);
    await using handle = await open(path, 'r+');
    await handle.truncate((await handle.stat()).size - 4);
    const error = await checkpointError(file.read('w'));
    expect(error.message).toMatch(/became shorter/);
    expect(error.tensor).toBe('w');
  });
});
