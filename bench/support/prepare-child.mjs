// Prepares data as a user's program does: the built package, no TypeScript loader, a process of its own.
// Arguments: a PrepareConfig as JSON, and how many threads. Prints what was prepared, how long it took, and the peak of memory.
import { prepareDataset } from 'vicuna-sdk';
import { peakBytes } from './peak-memory.mjs';

const [config, workers] = process.argv.slice(2);
const started = performance.now();
const { read, supervised, reusedShards } = await prepareDataset(JSON.parse(config), { workers: Number(workers) })
  .result;
const seconds = (performance.now() - started) / 1000;
console.log(
  JSON.stringify({
    seconds,
    peakBytes: await peakBytes(),
    conversations: read.conversations,
    segments: supervised.examples,
    tokens: supervised.tokens,
    reusedShards,
  }),
);
