import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { nativeAddon } from '../support/native.js';
import type { Holdings } from '../support/native-soak.js';

const soak = fileURLToPath(new URL('../support/native-soak.ts', import.meta.url));
const MEGABYTE = 2 ** 20;

/** In a process of its own: the test runner's memory comes and goes. */
async function holdingsOf(what: 'train' | 'decode'): Promise<[early: Holdings, late: Holdings]> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', soak, what]);
  return JSON.parse(stdout);
}

// The smallest tensor of a training step takes 24 KiB and the logits of a decoding step 8 KiB: one that stayed behind in
// each step would take 47 and 78 MiB. What a heap and an allocator vary by from one moment to another is a few MiB.
describe.skipIf(nativeAddon === undefined).each([
  { what: 'train', steps: 2000 },
  { what: 'decode', steps: 10_000 },
] as const)('$steps steps of the native engine: $what', ({ what, steps }) => {
  it('take no memory that is not given back', async () => {
    const [early, late] = await holdingsOf(what);
    // A reply of the last 200 tokens may have begun before.
    expect(late.steps - early.steps).toBeGreaterThan(0.95 * steps);
    expect(late.usage).toEqual(early.usage);
    expect(late.heapBytes - early.heapBytes).toBeLessThan(2 * MEGABYTE);
    expect(late.residentBytes - early.residentBytes).toBeLessThan(16 * MEGABYTE);
  });
});
