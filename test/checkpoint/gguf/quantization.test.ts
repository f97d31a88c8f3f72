import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dequantize } from '../../../src/checkpoint/gguf/dequantize.js';
import { type GgufWeightType, quantize } from '../../../src/checkpoint/gguf/quantize.js';
import { blockOfType, type GgufTensorType } from '../../../src/checkpoint/gguf/tensor-type.js';
import { projectDirectory } from '../../support/shared-data.js';

/** What the `gguf` Python package makes of numbers (`make.py` beside it); bytes in base64. */
type Golden = Record<GgufTensorType, { source?: string; stored: string; values: string }>;
const golden = JSON.parse(readFileSync(join(projectDirectory, 'test/fixtures/gguf/quants.json'), 'utf8')) as Golden;

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'));
const floatsOf = (text: string) => new Float32Array(bytesOf(text).buffer);
const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

describe('a tensor type', () => {
  it.each(['F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_1', 'Q4_K', 'Q6_K'] as const)(
    '%s stands for the numbers that the gguf package reads, bit for bit',
    (type) => {
      const { stored, values } = golden[type];
      const expected = floatsOf(values);
      const read = new Float32Array(expected.length);
      dequantize[type](bytesOf(stored), read);
      expect(bits(read)).toEqual(bits(expected));
    },
  );

  it.each(['F16', 'Q8_0'] as const)('%s is stored in the bytes that the gguf package writes', (type) => {
    const { source, stored } = golden[type];
    const values = floatsOf(source!);
    const { block, bytes } = blockOfType(type);
    const written = new Uint8Array((values.length / block) * bytes);
    expect(quantize[type](values, written)).toBe(-1);
    expect(written).toEqual(bytesOf(stored));
  });

  it('F32 keeps every bit, payloads of NaN too', () => {
    const values = new Float32Array(Uint32Array.of(0x7fc12345, 0xff812345, 0x80000000, 1, 0x7f800000).buffer);
    const written = new Uint8Array(20);
    expect(quantize.F32(values, written)).toBe(-1);
    const read = new Float32Array(5);
    dequantize.F32(written, read);
    expect(bits(read)).toEqual(bits(values));
  });

  const refused: readonly [GgufWeightType, number][] = [
    ['F16', 70_000],
    ['Q8_0', 1e7],
    ['Q8_0', Number.NaN],
    ['Q8_0', Number.NEGATIVE_INFINITY],
  ];
  it.each(refused)('%s refuses %d and says where it is', (type, value) => {
    const values = new Float32Array(64).fill(1);
    values[37] = value;
    const { block, bytes } = blockOfType(type);
    expect(quantize[type](values, new Uint8Array((64 / block) * bytes))).toBe(37);
  });

  it('Q8_0 is off by at most half a step, and half of what float16 rounds its scale by', () => {
    const values = Float32Array.from({ length: 32 * 50 }, (_, i) => Math.sin(i * 12.9898) * (1 + (i >> 5)));
    const stored = new Uint8Array((values.length / 32) * 34);
    quantize.Q8_0(values, stored);
    const read = new Float32Array(values.length);
    dequantize.Q8_0(stored, read);
    for (let start = 0; start < values.length; start += 32) {
      const block = values.subarray(start, start + 32);
      const step = Math.max(...block.map(Math.abs)) / 127;
      for (let i = 0; i < 32; i++)
        expect(Math.abs(read[start + i]! - block[i]!)).toBeLessThanOrEqual(step * (0.5 + 127 / 2048));
    }
  });
});
