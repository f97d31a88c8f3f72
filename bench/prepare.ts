// Claim: 2 GB of saved pages are cleaned, cut and tokenised on every core, in less than 1 GB of memory, with the same
// bytes for one worker and two; on a slice, beside FastChat's own scripts for it in one run.
// The pages are generated, and what comes of them is removed. The peer is FastChat's checkout in FASTCHAT_DIR, run by
// the Python VICUNA_PYTHON with what it needs (transformers, torch, bs4, markdownify 0.11.6); without them the slice is
// left out. The tokenizer is LLaMA's of the reference data (VICUNA_SHARED).
//   --bytes 2e9 --slice 100e6 --rounds 5 --part all|slice|whole --directory DIR (kept; a run that was cut off goes on)
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { Random } from '../src/core/index.js';
import type { PreparedManifest } from '../src/data/index.js';
import { loadTokenizer } from '../src/tokenizer/index.js';
import { sharedData } from '../test/support/shared-data.js';
import { ensureBuilt } from './support/built-package.js';
import { alternate, ratios, summarise } from './support/measure.js';
import { PythonPeer } from './support/python-peer.js';
import { writeShareGPTPages } from './support/share-gpt-pages.js';

interface OurFigures {
  readonly seconds: number;
  readonly peakBytes: number;
  readonly conversations: number;
  readonly segments: number;
  readonly tokens: number;
  readonly reusedShards: number;
}

interface PeerFigures {
  readonly seconds: readonly number[];
  readonly kept: number;
  readonly segments: number;
  readonly tokens: number;
}

const maxTokens = 2048;
const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '2e9' },
    slice: { type: 'string', default: '100e6' },
    rounds: { type: 'string', default: '5' },
    part: { type: 'string', default: 'all' },
    directory: { type: 'string' },
  },
});
const tokenizer = sharedData('data/tokenizer/llama-tokenizer.json');
if (tokenizer === undefined) {
  console.log('Not measured: the reference data with the LLaMA tokenizer is not at hand (VICUNA_SHARED).');
  process.exit();
}
await ensureBuilt();
const folder = values.directory ?? (await mkdtemp(join(tmpdir(), 'vicuna-prepare-')));
await mkdir(folder, { recursive: true });
try {
  if (values.part !== 'whole') await slice();
  if (values.part !== 'slice') await whole();
} finally {
  if (values.directory === undefined) await rm(folder, { recursive: true });
}

/** All of the data, by two workers and by one. */
async function whole(): Promise<void> {
  const pages = await pagesOf('pages.json', Number(values.bytes));
  const hashes: string[] = [];
  for (const workers of [2, 1]) {
    const outputDirectory = join(folder, `prepared-${workers}`);
    const run = await prepare(pages, outputDirectory, workers);
    const { seconds, conversations, segments, tokens, peakBytes, reusedShards } = run;
    console.log(
      `${workers} workers: ${conversations} conversations, ${segments} segments, ${(tokens / 1e6).toFixed(1)} M tokens in ` +
        `${seconds.toFixed(0)} s, ${(conversations / seconds).toFixed(0)} conversations/s; peak memory ${(peakBytes / 1e6).toFixed(0)} MB` +
        (reusedShards > 0
          ? `; ${reusedShards} shards were there from a run that was cut off, so the time is of a part`
          : ''),
    );
    const { shards } = JSON.parse(await readFile(join(outputDirectory, 'manifest.json'), 'utf8')) as PreparedManifest;
    hashes.push(JSON.stringify(shards));
  }
  console.log(hashes[0] === hashes[1] ? 'The files of both are the same to the byte.' : 'THE FILES DIFFER.');
}

/** A slice of it beside FastChat. */
async function slice(): Promise<void> {
  const checkout = process.env.FASTCHAT_DIR;
  if (checkout === undefined) return console.log('No peer: FASTCHAT_DIR names no checkout of FastChat.');
  const pages = await pagesOf('slice.json', Number(values.slice));
  const saved = join(folder, 'tokenizer');
  await mkdir(saved, { recursive: true });
  await (await loadTokenizer(tokenizer!)).save(saved);
  const script = join(here, 'peers/prepare_fastchat.py');
  const args = [checkout, saved, pages, String(maxTokens)];
  const peer = await PythonPeer.start<{ missing?: string }, PeerFigures>(script, args);
  if (peer === undefined || peer.ready.missing !== undefined)
    return console.log(`No peer: ${peer?.ready.missing ?? 'VICUNA_PYTHON names no Python'}.`);
  let ours: OurFigures | undefined;
  const theirs: PeerFigures[] = [];
  const figures = await alternate(
    {
      async ours() {
        const outputDirectory = join(folder, 'prepared-slice');
        await rm(outputDirectory, { recursive: true, force: true });
        ours = await prepare(pages, outputDirectory, availableParallelism());
        return ours.conversations / ours.seconds;
      },
      async FastChat() {
        theirs.push(await peer.round(''));
        return ours!.conversations / theirs.at(-1)!.seconds.reduce((sum, seconds) => sum + seconds);
      },
    },
    { rounds: Number(values.rounds), warmUps: 0 },
  );
  peer.close();
  const { conversations, segments, tokens } = ours!;
  const last = theirs.at(-1)!;
  console.log(`a slice of ${conversations} conversations; ${availableParallelism()} cores each:`);
  console.log(
    `  ours ${segments} segments, ${tokens} tokens; FastChat ${last.segments} segments, ${last.tokens} tokens`,
  );
  for (const [name, rates] of Object.entries(figures)) {
    const shown = rates.map((rate) => rate.toFixed(0)).join(', ');
    console.log(`  ${name}: ${shown} conversations/s, median ${summarise(rates).median.toFixed(0)}`);
  }
  for (const [index, step] of ['cleaning', 'splitting', 'tokenising'].entries())
    console.log(
      `  FastChat ${step}: median ${summarise(theirs.map(({ seconds }) => seconds[index]!)).median.toFixed(1)} s`,
    );
  const { minimum, median } = summarise(ratios(figures.ours, figures.FastChat));
  console.log(`  ours is ${minimum.toFixed(1)} times as fast at least, ${median.toFixed(1)} in the median of rounds`);
}

async function pagesOf(name: string, bytes: number): Promise<string> {
  const path = join(folder, name);
  if (existsSync(`${path}.lengths`)) return path;
  const written = await writeShareGPTPages(path, bytes, Random.fromSeed(1));
  console.log(`${name}: ${written.records} conversations, ${(written.bytes / 1e6).toFixed(0)} MB`);
  return path;
}

async function prepare(inputs: string, outputDirectory: string, workers: number): Promise<OurFigures> {
  const config = JSON.stringify({ inputs, outputDirectory, tokenizer, maxTokens });
  const child = join(here, 'support/prepare-child.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [child, config, String(workers)]);
  return JSON.parse(stdout) as OurFigures;
}
