// Claim: importing the package costs little, since everything heavy is loaded when it is first needed.
// Run after `npm run build`. Prints milliseconds of whole processes, with and without the import.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { alternate, summarise } from './support/measure.js';

const run = promisify(execFile);
const project = join(dirname(fileURLToPath(import.meta.url)), '..');

const timed = (code: string, type: 'module' | 'commonjs') => async () => {
  const started = performance.now();
  await run(process.execPath, [`--input-type=${type}`, '-e', code], { cwd: project });
  return performance.now() - started;
};

const figures = await alternate(
  {
    'bare node': timed('', 'module'),
    'import the root': timed("await import('vicuna-sdk')", 'module'),
    'require the root': timed("require('vicuna-sdk')", 'commonjs'),
    'import testing': timed("await import('vicuna-sdk/testing')", 'module'),
  },
  { rounds: 15 },
);
const bare = summarise(figures['bare node']);
for (const [name, values] of Object.entries(figures)) {
  const { minimum, median } = summarise(values);
  const own = name === 'bare node' ? '' : `, over bare node: min ${(minimum - bare.minimum).toFixed(0)} ms`;
  console.log(`${name}: min ${minimum.toFixed(0)} ms, median ${median.toFixed(0)} ms${own}`);
}
