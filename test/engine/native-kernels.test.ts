import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { buildNative, findCompiler } from '../../scripts/build-native.mjs';

const run = promisify(execFile);

describe('the native kernels', () => {
  it.skipIf(findCompiler() === undefined)(
    'equal their plain definitions on every instruction set and number of threads',
    async () => {
      const tests = await buildNative({ tests: true });
      const { stdout } = await run(tests);
      expect(stdout).toMatch(/\d+ runs of \d+ tests on \d instruction sets?, 0 failures/);
    },
    600_000,
  );
});
