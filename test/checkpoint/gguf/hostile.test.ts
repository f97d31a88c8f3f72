import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type GgufHeader, parseHeader } from '../../../src/checkpoint/gguf/header.js';
import { MoreNeeded } from '../../../src/checkpoint/gguf/header-cursor.js';
import type { GgufEntry } from '../../../src/checkpoint/gguf/metadata.js';
import { CheckpointError, GgufFile } from '../../../src/checkpoint/index.js';
import { checkpointError, openHandles, temporaryFolder, writeBytes } from '../files.js';
import { ggufBytes, sampleMetadata, sampleTensors } from './file.js';

const folder = temporaryFolder();

/** What a header says: a refusal is a CheckpointError and nothing else. */
function parse(bytes: Uint8Array): GgufHeader | CheckpointError {
  try {
    const parsed = parseHeader(bytes, bytes.length, 'm.gguf');
    if (parsed instanceof MoreNeeded) throw new Error('the whole file was there, and more was asked for');
    return parsed;
  } catch (error) {
    if (error instanceof CheckpointError) return error;
    throw error;
  }
}

/** Whatever was accepted lies inside the file, apart. */
function expectInside({ tensors }: GgufHeader, fileBytes: number): void {
  let end = 0;
  for (const { begin, bytes } of [...tensors.values()].sort((one, other) => one.begin - other.begin)) {
    expect(begin).toBeGreaterThanOrEqual(end);
    end = begin + bytes;
  }
  expect(end).toBeLessThanOrEqual(fileBytes);
}

const metadataWith = (key: string, entry: GgufEntry) => new Map<string, GgufEntry>([[key, entry]]);
const patched = (bytes: Buffer, find: string | Buffer, write: (bytes: Buffer, at: number) => void) => {
  const at = bytes.indexOf(find);
  expect(at).toBeGreaterThan(-1);
  write(bytes, at + find.length);
  return bytes;
};
const message = (bytes: Uint8Array) => {
  const parsed = parse(bytes);
  if (parsed instanceof CheckpointError) return parsed.message;
  throw new Error('it was accepted');
};

describe('a GGUF header', () => {
  it.each([2, 3])('of version %i is read as it was written', (version) => {
    const bytes = ggufBytes();
    bytes.writeUInt32LE(version, 4);
    const header = parse(bytes) as GgufHeader;
    expect(header.version).toBe(version);
    expect(header.metadata).toEqual(sampleMetadata);
    expect([...header.tensors.values()].map(({ name, type, shape }) => ({ name, type, shape }))).toEqual(sampleTensors);
    expectInside(header, bytes.length);
  });

  it('cut short anywhere is refused, or asks for more where the file goes on', () => {
    const bytes = ggufBytes();
    for (let length = 0; length < bytes.length - 24; length++) {
      expect(parse(bytes.subarray(0, length)), `${length} bytes`).toBeInstanceOf(CheckpointError);
      const more = parseHeader(bytes.subarray(0, length), bytes.length, 'm.gguf');
      if (more instanceof MoreNeeded) expect(more.bytes).toBeGreaterThan(length);
      else expect(more.tensors.size).toBe(2);
    }
  });

  it('with any bytes changed is accepted only where all it says lies inside the file', () => {
    const original = ggufBytes();
    const change = fc.tuple(fc.nat(original.length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 127, 128, 255)));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
        const bytes = Buffer.from(original);
        for (const [at, value] of changes) bytes[at] = value;
        const parsed = parse(bytes);
        if (!(parsed instanceof CheckpointError)) expectInside(parsed, bytes.length);
      }),
      { numRuns: 3000 },
    );
  });

  it('of any bytes at all is refused with a CheckpointError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (tail) => {
        const bytes = Buffer.concat([Buffer.from('GGUF\x03\0\0\0', 'latin1'), tail]);
        const parsed = parse(bytes);
        if (!(parsed instanceof CheckpointError)) expectInside(parsed, bytes.length);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ['another magic number', (bytes: Buffer) => bytes.fill('X', 0, 1), /does not begin with GGUF/],
    ['version 1', (bytes: Buffer) => bytes.writeUInt32LE(1, 4), /version 1/],
    ['big-endian numbers', (bytes: Buffer) => bytes.writeUInt32BE(3, 4), /big-endian/],
    ['a version of the future', (bytes: Buffer) => bytes.writeUInt32LE(9, 4), /version 9/],
    ['2^63 tensors', (bytes: Buffer) => bytes.writeBigUInt64LE(2n ** 63n, 8), /number of tensors is \d+, too large/],
    ['2^40 tensors', (bytes: Buffer) => bytes.writeBigUInt64LE(2n ** 40n, 8), /but the file has|stands twice/],
    ['2^40 entries', (bytes: Buffer) => bytes.writeBigUInt64LE(2n ** 40n, 16), /but the file has|no GGUF file/],
    ['a key of 2^50 bytes', (bytes: Buffer) => bytes.writeBigUInt64LE(2n ** 50n, 24), /ends at byte \d+, but the file/],
    ['an empty key', (bytes: Buffer) => bytes.writeBigUInt64LE(0n, 24), /no key/],
    ['a key that is not UTF-8', (bytes: Buffer) => bytes.writeUInt8(0xff, 33), /not UTF-8/],
    ['a kind that is none', (bytes: Buffer) => bytes.writeUInt32LE(77, 24 + 8 + 5), /of kind 77/],
  ] as const)('is refused for %s', (_, spoil, expected) => {
    const bytes = ggufBytes();
    spoil(bytes);
    expect(message(bytes)).toMatch(expected);
  });

  it('is refused for a list of lists, of too many elements, and for a flag of neither value', () => {
    const bytes = ggufBytes(metadataWith('list', { kind: 'array', element: 'int32', value: [1] }));
    const at = bytes.indexOf('list') + 4;
    const spoil = (write: (bytes: Buffer) => void) => {
      const copy = Buffer.from(bytes);
      write(copy);
      return message(copy);
    };
    expect(spoil((copy) => copy.writeUInt32LE(9, at + 4))).toMatch(/list of lists/);
    expect(spoil((copy) => copy.writeBigUInt64LE(2n ** 30n, at + 8))).toMatch(/more than any vocabulary/);
    expect(spoil((copy) => copy.writeBigUInt64LE(2n ** 24n, at + 8))).toMatch(/but the file has/);
    const flag = ggufBytes(metadataWith('flag', { kind: 'bool', value: true }));
    expect(message(patched(flag, 'flag', (copy, end) => copy.writeUInt8(2, end + 4)))).toMatch(
      /neither true nor false/,
    );
  });

  const tensor = (write: (bytes: Buffer, at: number) => void) => patched(ggufBytes(), 'matrix', write);
  it.each([
    ['five dimensions', (bytes: Buffer, at: number) => bytes.writeUInt32LE(5, at), /has 5 dimensions/],
    ['an extent of 0', (bytes: Buffer, at: number) => bytes.writeBigUInt64LE(0n, at + 4), /cannot be true/],
    [
      'extents whose product overflows',
      (bytes: Buffer, at: number) => {
        bytes.writeBigUInt64LE(2n ** 45n, at + 4);
        bytes.writeBigUInt64LE(2n ** 45n, at + 12);
      },
      /cannot be true/,
    ],
    ['rows of half a block', (bytes: Buffer, at: number) => bytes.writeBigUInt64LE(48n, at + 4), /whole blocks of 32/],
    ['a type that is not read', (bytes: Buffer, at: number) => bytes.writeUInt32LE(13, at + 20), /stored as Q5_K; F32/],
    ['a type that is none', (bytes: Buffer, at: number) => bytes.writeUInt32LE(999, at + 20), /stored as type 999/],
    ['an offset off its place', (bytes: Buffer, at: number) => bytes.writeBigUInt64LE(33n, at + 24), /multiple of 32/],
    ['an offset beyond the file', (bytes: Buffer, at: number) => bytes.writeBigUInt64LE(4096n, at + 24), /cut short/],
    [
      'an offset beyond all files',
      (bytes: Buffer, at: number) => bytes.writeBigUInt64LE(2n ** 60n, at + 24),
      /too large/,
    ],
    ['bytes of another tensor', (bytes: Buffer, at: number) => bytes.writeBigUInt64LE(0n, at + 24), /overlap/],
  ] as const)('is refused for a tensor with %s', (_, spoil, expected) => {
    expect(message(tensor(spoil))).toMatch(expected);
  });

  it('is refused for names that stand twice and for an alignment that is none', () => {
    const [vector] = sampleTensors;
    expect(message(ggufBytes(sampleMetadata, [vector!, vector!]))).toMatch(/tensor "vector" stands twice/);
    const twice = ggufBytes(
      new Map([
        ...metadataWith('key1', { kind: 'bool', value: true }),
        ...metadataWith('key2', { kind: 'bool', value: true }),
      ]),
    );
    expect(message(patched(twice, 'key2', (bytes, end) => bytes.writeUInt8(0x31, end - 1)))).toMatch(
      /"key1" stands twice/,
    );
    for (const value of [0, 24, 2 ** 31])
      expect(message(ggufBytes(metadataWith('general.alignment', { kind: 'uint32', value })))).toMatch(/alignment is/);
  });
});

describe('a GGUF file', () => {
  it('is closed again where it is refused, and says which it is', async () => {
    const path = await writeBytes(folder, 'bad.gguf', ggufBytes().subarray(0, 200));
    const before = await openHandles();
    const error = await checkpointError(GgufFile.open(path));
    expect(error.message.startsWith(path)).toBe(true);
    expect((await checkpointError(GgufFile.open(folder))).message).toMatch(/not a file/);
    await expect(GgufFile.open(join(folder, 'absent.gguf'))).rejects.toMatchObject({ code: 'file-unreadable' });
    expect(await openHandles()).toBe(before);
  });

  it('may have a header of many megabytes', async () => {
    const texts = Array.from({ length: 300_000 }, (_, index) => `a piece that has number ${index}`);
    const path = await writeBytes(
      folder,
      'large.gguf',
      ggufBytes(metadataWith('texts', { kind: 'array', element: 'string', value: texts })),
    );
    await using file = await GgufFile.open(path);
    expect(file.fields.texts('texts')!.length).toBe(texts.length);
    expect(await file.read('matrix', new Float32Array(128))).toEqual(new Float32Array(128));
  });

  it('reports that it shrinks while it is read', async () => {
    const path = join(folder, 'shrinks.gguf');
    await writeFile(path, ggufBytes());
    await using file = await GgufFile.open(path);
    await using handle = await open(path, 'r+');
    await handle.truncate((await handle.stat()).size - 100);
    const error = await checkpointError(file.read('matrix', new Float32Array(128)));
    expect(error).toMatchObject({ tensor: 'matrix', message: expect.stringContaining('became shorter') });
  });
});
