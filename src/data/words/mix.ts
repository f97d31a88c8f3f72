/**
 * Spreads the bits of a 32-bit number over all of it, one to one (Chris Wellons' lowbias32, the least biased of the
 * two-multiplication mixers he searched). Every hash of texts ends in it, so that its high bits are as good as its low
 * ones.
 *
 * @returns an unsigned number.
 */
export function mix32(word: number): number {
  let mixed = word ^ (word >>> 16);
  mixed = Math.imul(mixed, 0x7feb352d);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0x846ca68b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
