// Claim: prompt and reply tokens per second of one sequence, beside PyTorch with transformers' cache, in one run.
// The peer is generate_torch.py of the reference data (VICUNA_SHARED), run by the Python that VICUNA_PYTHON names;
// without them only our figures are printed. Options: --rounds 3 --prompt 256 --new 48 --backend wasm
import { execFile } from 'node:child_process';
import { parseArgs, promisify } from 'node:util';
import { createEngine, type EngineOptions } from '../src/engine/index.js';
import { DecodeQueue } from '../src/model/generation/decode-queue.js';
import { generateTokens } from '../src/model/generation/generate-tokens.js';
import { VicunaModel } from '../src/model/index.js';
import { sharedData } from '../test/support/shared-data.js';
import { ratios, summarise } from './support/measure.js';

/** Tokens per second. */
interface Figures {
  readonly prompt: number;
  readonly reply: number;
}

/** What other processes took of the processor meanwhile, in cores, as the peer measured it. */
const disturbance: number[] = [];

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    prompt: { type: 'string', default: '256' },
    new: { type: 'string', default: '48' },
    backend: { type: 'string' },
  },
});
const promptTokens = Number(values.prompt);
const newTokens = Number(values.new);
const { VICUNA_PYTHON: python } = process.env;
const script = sharedData('data/peers/generate_torch.py');

await using engine = await createEngine({ backend: values.backend as EngineOptions['backend'] });
// The peer's default size: 58 million weights.
const config = { vocabularySize: 32_000, hiddenSize: 512, layers: 8, heads: 8, ffnSize: 1376, contextLength: 2048 };
await using model = await VicunaModel.create(config, { engine });
const host = {
  queue: new DecodeQueue(model.transformer, () => model.parameters),
  vocabularySize: config.vocabularySize,
  createCache: (capacity: number) => model.transformer.createCache(capacity),
  releaseCache: (cache: Parameters<typeof engine.release>[0]) => engine.release(cache),
};

async function ours(): Promise<Figures> {
  const prompt = Int32Array.from({ length: promptTokens }, (_, index) => 3 + ((index * 7919) % 31_000));
  const started = performance.now();
  let first = started;
  let drawn = 0;
  const tokens = generateTokens(host, {
    prompt,
    maxTokens: newTokens,
    endTokenIds: new Set(),
    settings: { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 0 },
    signal: new AbortController().signal,
  });
  for await (const _ of tokens) if (++drawn === 1) first = performance.now();
  const ended = performance.now();
  return { prompt: (promptTokens / (first - started)) * 1000, reply: ((newTokens - 1) / (ended - first)) * 1000 };
}

async function peer(): Promise<Figures> {
  const sizes = ['--batches', '1', '--repeat', '1', '--prompt', String(promptTokens), '--new', String(newTokens)];
  const { stdout } = await promisify(execFile)(python!, [script!, ...sizes]);
  const line = JSON.parse(stdout.trim().split('\n').at(-1)!);
  disturbance.push(line.contention?.other_cores ?? Number.NaN);
  return { prompt: line.prefill_tokens_per_s, reply: line.decode_tokens_per_s };
}

const hasPeer = python !== undefined && script !== undefined;
if (!hasPeer) console.log('No peer: set VICUNA_PYTHON, and VICUNA_SHARED to the reference data, for the comparison.');
await ours();
const figures: { ours: Figures; peer: Figures | undefined }[] = [];
for (let round = 0; round < Number(values.rounds); round++)
  figures.push({ ours: await ours(), peer: hasPeer ? await peer() : undefined });

console.log(
  `Engine ${engine.name} on ${engine.backend}; prompt of ${promptTokens} tokens, reply of ${newTokens}, batch 1.`,
);
for (const phase of ['prompt', 'reply'] as const) {
  const mine = figures.map((round) => round.ours[phase]);
  const theirs = figures.flatMap((round) => (round.peer === undefined ? [] : [round.peer[phase]]));
  const show = (list: readonly number[]) => {
    const { minimum, median } = summarise(list);
    return `median ${median.toFixed(1)}, worst ${minimum.toFixed(1)}, best ${Math.max(...list).toFixed(1)} tokens/s`;
  };
  console.log(`${phase}: ours ${show(mine)}`);
  if (theirs.length === 0) continue;
  console.log(`${phase}: PyTorch ${show(theirs)}`);
  console.log(`${phase}: ours / PyTorch, median of the rounds: ${summarise(ratios(mine, theirs)).median.toFixed(3)}`);
}
if (disturbance.length > 0)
  console.log(
    `Other processes took ${disturbance.map((cores) => cores.toFixed(2)).join(', ')} cores: figures are worth comparing near 0.`,
  );
