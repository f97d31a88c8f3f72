// Claim: cleaning chat pages is many times as fast here as with FastChat's cleaner, and keeps the same conversations.
// Beside us in one run, on one core each: FastChat's own code where FASTCHAT_DIR holds its checkout and VICUNA_PYTHON
// names a Python with beautifulsoup4, markdownify 0.11.6 and tqdm. Arguments: ShareGPT JSON files of HTML; by default the
// reference data.
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'tsup';
import { type RawConversation, readShareGPT } from '../src/conversation/index.js';
import { ShareGPTCleaner } from '../src/data/index.js';
import { alternate, ratios, summarise } from './support/measure.js';
import { PythonPeer } from './support/python-peer.js';

const here = dirname(fileURLToPath(import.meta.url));
const pages = join(process.env.VICUNA_SHARED ?? join(here, '../../shared'), 'data/sharegpt-html');
const files = process.argv.length > 2 ? process.argv.slice(2) : referenceFiles();

const records: RawConversation[] = [];
for (const file of files) for await (const record of readShareGPT(file)) records.push(record);
const megabytes =
  records.reduce((sum, { turns }) => sum + turns.reduce((all, { value }) => all + Buffer.byteLength(value), 0), 0) /
  1e6;
console.log(`${records.length} conversations, ${megabytes.toFixed(2)} MB`);

const cleaner = await ShareGPTCleaner.create();
let kept = 0;
let keptByPeer: number | undefined;
const ours = async () => {
  const started = performance.now();
  const run = cleaner.clean(records);
  kept = (await run.result).kept;
  return (performance.now() - started) / 1000;
};
const peer = await startPeer();
const fastChat = async () => {
  const { seconds, kept: count } = await peer!.round('go');
  keptByPeer = count;
  return seconds;
};
const contestants: Record<string, () => Promise<number>> = peer === undefined ? { ours } : { ours, FastChat: fastChat };
const figures = await alternate(contestants, { rounds: 25, warmUps: 20 });
peer?.close();
for (const [name, seconds] of Object.entries(figures)) {
  const { minimum, median } = summarise(seconds);
  const rate = (time: number) =>
    `${(records.length / time).toFixed(0)} conversations/s, ${(megabytes / time).toFixed(1)} MB/s`;
  console.log(`${name}: best ${rate(minimum)}; median ${rate(median)}`);
}
if (figures.FastChat !== undefined) {
  const { minimum } = summarise(figures.FastChat);
  const best = minimum / summarise(figures.ours!).minimum;
  const median = summarise(ratios(figures.FastChat, figures.ours!)).median;
  console.log(
    `ours is ${best.toFixed(1)} times as fast (best runs), ${median.toFixed(1)} times (median of the rounds)`,
  );
  console.log(`kept: ${kept} here, ${keptByPeer} there (before either looks for duplicates of other files)`);
}
console.log(`importing the cleaner: ${(await importMilliseconds()).toFixed(0)} ms`);

async function startPeer(): Promise<PythonPeer<Ready, Round> | undefined> {
  const checkout = process.env.FASTCHAT_DIR;
  const script = join(here, 'peers/clean_sharegpt.py');
  const started = checkout && (await PythonPeer.start<Ready, Round>(script, [checkout, ...files]));
  if (!started) console.log('No peer: FASTCHAT_DIR names no checkout of FastChat, or VICUNA_PYTHON no Python.');
  else if (started.ready.missing === undefined) return started;
  else console.log(`No peer: ${started.ready.missing}.`);
  return undefined;
}

interface Ready {
  /** Why the peer cannot run. */
  readonly missing?: string;
}

interface Round {
  readonly seconds: number;
  readonly kept: number;
}

/** How long importing the cleaner takes in a fresh process, bundled as the package is. */
async function importMilliseconds(): Promise<number> {
  // Inside the project, so that what is not bundled is found.
  const outDir = join(here, '../node_modules/.cache/bench-clean');
  const entry = { cleaner: join(here, '../src/data/cleaner/index.ts') };
  await build({ entry, outDir, format: 'esm', target: 'node20', config: false, silent: true, splitting: true });
  const module = JSON.stringify(join(outDir, 'cleaner.js'));
  const code = `const started = performance.now(); await import(${module}); console.log(performance.now() - started)`;
  const cold = async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
    return Number(stdout);
  };
  const figures = await alternate({ cold }, { rounds: 9 });
  await rm(outDir, { recursive: true });
  return summarise(figures.cold).minimum;
}

function referenceFiles(): string[] {
  return readdirSync(pages)
    .filter((file) => file.includes('__') || file === 'rendered.json')
    .map((file) => join(pages, file));
}
