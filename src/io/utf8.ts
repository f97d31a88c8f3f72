/**
 * The first byte that begins no valid UTF-8 sequence (Unicode 15, table 3-7), or -1. Called once bytes are known to be
 * invalid: `node:buffer` says whether, quickly, but not where.
 */
export function firstInvalidUtf8(bytes: Uint8Array): number {
  for (let position = 0; position < bytes.length; ) {
    const length = sequenceLength(bytes, position);
    if (length === 0) return position;
    position += length;
  }
  return -1;
}

/** @returns 0 where no valid sequence begins. */
function sequenceLength(bytes: Uint8Array, position: number): number {
  const lead = bytes[position]!;
  if (lead < 0x80) return 1;
  const length = lead >= 0xc2 && lead <= 0xdf ? 2 : (lead & 0xf0) === 0xe0 ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
  for (let index = 1; index < length; index++) if (((bytes[position + index] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[position + 1] ?? 0;
  const overlong = (lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90);
  const outside = (lead === 0xed && second > 0x9f) || (lead === 0xf4 && second > 0x8f);
  return overlong || outside ? 0 : length;
}
