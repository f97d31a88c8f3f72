// Claim: judging costs about a millisecond a judgment beside its calls, and its memory grows by no more than the keys of the
// store. Both orders of each pair are asked, so a judgment is two calls; each reply and judgment is stored.
// Beside it in one run: the same calls over HTTP with the same client and no judge around them. The endpoint answers at once,
// in a process of its own.
//   --count 10000 --concurrency 8 --rounds 2
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { build } from 'tsup';
import { alternate, summarise } from './support/measure.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    concurrency: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '2' },
  },
});
const [count, concurrency, rounds] = [values.count, values.concurrency, values.rounds].map(Number) as [
  number,
  number,
  number,
];
const here = dirname(fileURLToPath(import.meta.url));
// Inside the project, so that what is not bundled is found.
const modules = join(here, '../node_modules/.cache/bench-judge');
const source = (folder: string) => join(here, `../src/${folder}/index.ts`);
const entry = { judge: source('judge'), openai: source('openai'), testing: source('testing') };
await build({ entry, outDir: modules, format: 'esm', target: 'node20', config: false, silent: true, splitting: true });
const directory = await mkdtemp(join(tmpdir(), 'vicuna-bench-'));
const endpoint = spawn(process.execPath, [join(here, 'support/instant-endpoint.mjs')], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const [baseURL] = (await once(endpoint.stdout, 'data')).map((data) => String(data).trim()) as [string];

interface Pass {
  readonly seconds: number;
  readonly peakBytes: number;
}

const peaks = new Map<string, number>();
let stores = 0;
const pass =
  (name: string, what: 'bare' | 'scripted' | 'http', stored: boolean, judgments = count) =>
  async () => {
    const store = stored ? join(directory, `${++stores}.jsonl`) : undefined;
    const job = { what, modules, count: judgments, concurrency, baseURL, store };
    const child = [join(here, 'support/judge-child.mjs'), '--child', JSON.stringify(job)];
    const { stdout } = await promisify(execFile)(process.execPath, child);
    if (store !== undefined) await rm(store);
    const { seconds, peakBytes } = JSON.parse(stdout) as Pass;
    peaks.set(name, Math.max(peaks.get(name) ?? 0, peakBytes));
    return seconds;
  };

try {
  const passes = {
    'scripted, no store': pass('scripted, no store', 'scripted', false),
    'scripted, stored': pass('scripted, stored', 'scripted', true),
    'HTTP, stored': pass('HTTP, stored', 'http', true),
    'HTTP, bare calls': pass('HTTP, bare calls', 'bare', false),
  };
  const figures = await alternate(passes, { rounds, warmUps: 0 });
  console.log(`${count} judgments, ${2 * count} calls, ${concurrency} at a time:`);
  for (const [name, seconds] of Object.entries(figures)) {
    const { minimum, median } = summarise(seconds.map((all) => (all / count) * 1000));
    const peak = (peaks.get(name)! / 1e6).toFixed(0);
    console.log(`  ${name}: best ${minimum.toFixed(3)} ms a judgment, median ${median.toFixed(3)}; peak ${peak} MB`);
  }
  const [judged, bare] = [figures['HTTP, stored'], figures['HTTP, bare calls']].map(
    (seconds) => summarise(seconds).minimum,
  );
  console.log(
    `  overhead over the bare calls: ${(((judged! - bare!) / count) * 1000).toFixed(3)} ms a judgment (best runs)`,
  );
  await pass('a tenth', 'scripted', true, Math.ceil(count / 10))();
  const growth = (peaks.get('scripted, stored')! - peaks.get('a tenth')!) / 1e6;
  console.log(`  peak memory over that of a tenth as many judgments, stored: ${growth.toFixed(0)} MB`);
  console.log(`importing the judge: ${(await importMilliseconds('judge')).toFixed(0)} ms`);
} finally {
  endpoint.stdin.end();
  await rm(directory, { recursive: true });
  await rm(modules, { recursive: true });
}

/** How long importing takes in a fresh process. */
async function importMilliseconds(name: string): Promise<number> {
  const module = JSON.stringify(join(modules, `${name}.js`));
  const code = `const started = performance.now(); await import(${module}); console.log(performance.now() - started)`;
  const cold = async () =>
    Number((await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code])).stdout);
  return summarise((await alternate({ cold }, { rounds: 9 })).cold).minimum;
}
