import { expect, it } from 'vitest';
import { createEngine } from '../../src/engine/index.js';
import { INSTRUCTION_SETS } from '../../src/engine/native/index.js';
import { nativeAddon } from '../support/native.js';
import { describeEngine } from './contract/index.js';

// The kernels' own tests run every instruction set with every number of threads; here each set has one.
const supported = nativeAddon?.instructionSets() ?? [];

it.skipIf(nativeAddon === undefined)('runs on any processor of its architecture', () => {
  expect(supported).toContain('portable');
});

INSTRUCTION_SETS.filter((instructionSet) => supported.includes(instructionSet)).forEach((instructionSet, index) => {
  const threads = 1 + ((index + 1) % 3);
  describeEngine({
    name: `native ${instructionSet}, threads: ${threads}`,
    open: () => createEngine({ engine: 'native', instructionSet, threads }),
  });
});
