/** A range of bytes whose both ends belong to it. */
export type ByteRange = readonly [first: number, last: number];

/** The last code point of 1, 2, 3 and 4 bytes. */
const LAST_OF_LENGTH = [0x7f, 0x7ff, 0xffff, 0x10ffff] as const;
const SURROGATES = [0xd800, 0xdfff] as const;
const CONTINUATION_BITS = 6;

/**
 * The UTF-8 forms of a range of code points: each sequence stands for every combination of a byte from each of its
 * ranges, and together they are exactly the code points of the range. Surrogates, which UTF-8 does not have, are left out.
 */
export function utf8Sequences(first: number, last: number): ByteRange[][] {
  if (first > last) return [];
  if (first <= SURROGATES[1] && last >= SURROGATES[0])
    return [...utf8Sequences(first, SURROGATES[0] - 1), ...utf8Sequences(SURROGATES[1] + 1, last)];
  const lengthEnd = LAST_OF_LENGTH.find((end) => first <= end)!;
  if (last > lengthEnd) return [...utf8Sequences(first, lengthEnd), ...utf8Sequences(lengthEnd + 1, last)];
  return sameLength(first, last);
}

function sameLength(first: number, last: number): ByteRange[][] {
  // Where a lower byte does not run over its whole range, the higher ones must not move: cut there.
  for (let bits = CONTINUATION_BITS; bits < 21 && last > 0x7f; bits += CONTINUATION_BITS) {
    const low = 2 ** bits - 1;
    if ((first & ~low) === (last & ~low)) break;
    if ((first & low) !== 0) return [...sameLength(first, first | low), ...sameLength((first | low) + 1, last)];
    if ((last & low) !== low) return [...sameLength(first, (last & ~low) - 1), ...sameLength(last & ~low, last)];
  }
  const from = encode(first);
  const to = encode(last);
  return [from.map((byte, index): ByteRange => [byte, to[index]!])];
}

const utf8 = new TextEncoder();

function encode(codePoint: number): number[] {
  return [...utf8.encode(String.fromCodePoint(codePoint))];
}
