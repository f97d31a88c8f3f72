import { type CompressedFormat, type ModelShape, modelBlocks } from '../../src/engine/index.js';

/** Neighbours of a row that share a scale. */
const SCALE_GROUP = 32;

/** What a model's compressed weights stand for, by the formats' plain definitions: every matrix rounded, norms as they were. */
export function roundedWeights(
  shape: ModelShape,
  blocks: readonly Float32Array[],
  format: CompressedFormat,
): Float32Array[] {
  const roundRow = format === 'bfloat16' ? roundToBfloat16 : roundToInt8;
  return modelBlocks(shape).map((block, index) => {
    const rounded = blocks[index]!.slice();
    for (const { offset, size, shape: extents } of block.parameters) {
      const columns = extents[1];
      if (columns === undefined) continue;
      for (let row = offset; row < offset + size; row += columns) roundRow(rounded.subarray(row, row + columns));
    }
    return rounded;
  });
}

/** To the nearest number with 8 bits of precision, ties to even. */
function roundToBfloat16(row: Float32Array): void {
  const bits = new Uint32Array(row.buffer, row.byteOffset, row.length);
  bits.forEach((value, index) => {
    bits[index] = (value + 0x7fff + ((value >>> 16) & 1)) & 0xffff0000;
  });
}

/** To whole multiples of 1/127 of the largest magnitude of 32 neighbours, ties to even. */
function roundToInt8(row: Float32Array): void {
  for (let start = 0; start < row.length; start += SCALE_GROUP) {
    const group = row.subarray(start, start + SCALE_GROUP);
    const largest = group.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = Math.fround(largest / 127);
    const inverse = largest === 0 ? 0 : Math.fround(127 / largest);
    group.forEach((value, index) => {
      group[index] = roundToEven(Math.fround(value * inverse)) * scale;
    });
  }
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
