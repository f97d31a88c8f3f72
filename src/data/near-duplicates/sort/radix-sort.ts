const digitBits = 11;
const digits = 2 ** digitBits;
const passes = 3;

/**
 * Sorts records of a few 32-bit words each by all their words, the first one first: least significant digit first, in linear time.
 *
 * @param width - words of a record.
 * @param scratch - as long as the records.
 * @returns whichever of the two arrays holds them sorted.
 */
export function radixSort(records: Uint32Array, width: number, scratch: Uint32Array): Uint32Array {
  const length = records.length;
  let from = records;
  let to = scratch;
  const starts = new Uint32Array(digits);
  for (let word = width - 1; word >= 0; word--)
    for (let pass = 0; pass < passes; pass++) {
      const shift = pass * digitBits;
      starts.fill(0);
      for (let at = word; at < length; at += width) starts[(from[at]! >>> shift) & (digits - 1)]!++;
      // Numbers of documents, for one, have the same upper digits throughout.
      if (length === 0 || starts[(from[word]! >>> shift) & (digits - 1)] === length / width) continue;
      let start = 0;
      for (let digit = 0; digit < digits; digit++) {
        const count = starts[digit]!;
        starts[digit] = start;
        start += count * width;
      }
      for (let at = 0; at < length; at += width) {
        const digit = (from[at + word]! >>> shift) & (digits - 1);
        const place = starts[digit]!;
        starts[digit] = place + width;
        for (let offset = 0; offset < width; offset++) to[place + offset] = from[at + offset]!;
      }
      [from, to] = [to, from];
    }
  return from;
}
