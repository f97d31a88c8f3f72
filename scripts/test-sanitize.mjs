// Runs the kernels' tests and the engine's with sanitizers.
//
//   node scripts/test-sanitize.mjs            AddressSanitizer and UndefinedBehaviorSanitizer; a test's name to run only it
//   node scripts/test-sanitize.mjs --thread   ThreadSanitizer
//
// Sanitized code rounds as released code does (products and sums fuse in both), so that the same tolerances hold: one
// recorded trajectory, without clipping, turns a difference of one unit in the last place into ten times its tolerance.
import { execFileSync, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildNative, findCompiler } from './build-native.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values, positionals } = parseArgs({ options: { thread: { type: 'boolean' } }, allowPositionals: true });

function run(command, parameters, env = {}) {
  const { status } = spawnSync(command, parameters, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

/** Node itself is not sanitized, so that a sanitizer's library has to come first. */
function preload(...names) {
  const find = (name) => execFileSync(findCompiler(), [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
  return { LD_PRELOAD: names.map(find).join(' ') };
}

const sanitize = values.thread ? 'thread' : 'address';
run(await buildNative({ tests: true, sanitize, log: console.log }), positionals);
const binary = await buildNative({ sanitize, log: console.log });
if (values.thread) {
  // Test runners bring other native code that is not sanitized and drowns findings; this loop has ours alone.
  run(process.execPath, [join(root, 'test/support/native-loop.mjs'), binary, '3', '100'], {
    ...preload('libtsan.so'),
    TSAN_OPTIONS: `suppressions=${join(root, 'scripts/thread-sanitizer.txt')} halt_on_error=1`,
  });
} else {
  run(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      ...[
        'run',
        'test/engine/native.test.ts',
        'test/engine/native-batching.test.ts',
        'test/engine/native-lifetime.test.ts',
        'test/engine/native-stopped.test.ts',
      ],
      ...positionals.flatMap((name) => ['-t', name]),
    ],
    // What Node never frees does not count.
    { ...preload('libasan.so', 'libubsan.so'), VICUNA_NATIVE_BINARY: binary, ASAN_OPTIONS: 'detect_leaks=0' },
  );
}
