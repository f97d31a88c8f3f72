import { Random } from '../../src/core/index.js';

/** Tokens of a few conversations that differ much, longest first: a third of their padded size. */
export const UNEVEN: readonly number[] = [512, 480, 300, 256, 200, 180, 150, 128, 110, 96, 80, 64, 60, 48, 40, 32];

/**
 * Lengths as shared chats have them: log-normal, that is many short ones and a long tail. The median is a sixth of `longest`
 * and the deviation of the logarithm 1.1, so that one in twenty reaches the limit and is cut there, as a segmenter cuts
 * conversations at the context's length.
 */
export function shareGPTLike(count: number, longest: number): number[] {
  const random = Random.fromSeed(0, 'bench/lengths');
  return Array.from({ length: count }, () => {
    const [radius, angle] = [Math.sqrt(-2 * Math.log(1 - random.uniform())), 2 * Math.PI * random.uniform()];
    const length = Math.round((longest / 6) * Math.exp(1.1 * radius * Math.cos(angle)));
    return Math.min(longest, Math.max(8, length));
  });
}
