// Claim: cleaning and segmenting a 1 GB file of saved pages peaks under 400 MB of memory.
// Writes the file to a temporary folder (VICUNA_BENCH_BYTES for another size), sends it through reader, cleaner and
// segmenter in a process of its own, and removes it. Tokens are counted with the LLaMA tokenizer where the reference data
// is at hand, with one token a byte otherwise.
import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConversations } from '../src/conversation/index.js';
import { Random } from '../src/core/index.js';
import { ConversationSegmenter, ShareGPTCleaner } from '../src/data/index.js';
import { byteTokenizer } from '../src/testing/index.js';
import { loadTokenizer } from '../src/tokenizer/index.js';
import { sharedData } from '../test/support/shared-data.js';
import { peakBytes } from './support/peak-memory.mjs';
import { writeShareGPTPages } from './support/share-gpt-pages.js';

const bound = 400;

async function child(path: string): Promise<void> {
  const llama = sharedData('data/tokenizer/llama-tokenizer.json');
  const tokenizer = llama === undefined ? byteTokenizer() : await loadTokenizer(llama);
  const cleaner = await ShareGPTCleaner.create();
  const segmenter = await ConversationSegmenter.create({ maxTokens: 2048 }, { tokenizer });
  const atRest = (await peakBytes()) / 1e6;
  const started = performance.now();
  const cleaned = cleaner.clean(readConversations(path));
  const segments = await segmenter.segment(cleaned).result;
  const seconds = (performance.now() - started) / 1000;
  const { read, kept, characters } = await cleaned.result;
  const peak = (await peakBytes()) / 1e6;
  console.log(`tokens counted by ${llama === undefined ? 'bytes' : 'the LLaMA tokenizer'}`);
  console.log(`${read} conversations read, ${kept} kept, ${segments.segments} segments of ${segments.tokens} tokens`);
  console.log(
    `${seconds.toFixed(0)} s: ${(characters.read / 1e6 / seconds).toFixed(1)} M characters of pages a second`,
  );
  console.log(`peak memory ${peak.toFixed(0)} MB, ${atRest.toFixed(0)} MB of it before the first byte was read`);
  console.log(peak < bound ? `under ${bound} MB` : `NOT under ${bound} MB`);
  process.exitCode = peak < bound ? 0 : 1;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vicuna-pipeline-'));
  try {
    const path = join(folder, 'pages.json');
    const written = await writeShareGPTPages(path, Number(process.env.VICUNA_BENCH_BYTES ?? 1e9), Random.fromSeed(1));
    console.log(`${(written.bytes / 1e6).toFixed(0)} MB of pages`);
    const own = fork(fileURLToPath(import.meta.url), ['child', path]);
    process.exitCode = await new Promise<number>((resolve) => own.on('exit', (code) => resolve(code ?? 1)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await (process.argv[2] === 'child' ? child(process.argv[3]!) : main());
