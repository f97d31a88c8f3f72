// Claim: prompt and reply tokens per second, greedily, of 1 and 8 sequences, with weights as float32, bfloat16 and int8,
// beside PyTorch with transformers' cache and beside llama.cpp through node-llama-cpp on the same weights at as many bits.
// Each contestant is a process of its own, ours on the built package, and they take turns. The peers are found through
// VICUNA_PYTHON (with VICUNA_SHARED), which also converts the weights for llama.cpp, and VICUNA_PEER_MODULES; without
// them only our figures are printed. Options: --rounds 3 --repeats 2 --prompt 256 --new 48 --threads 1,2 --size small
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine } from '../src/engine/index.js';
import { VicunaModel, type WeightFormat } from '../src/model/index.js';
import {
  type GenerationFigures,
  generateLlama,
  generateOurs,
  generateTorch,
  isLlamaHere,
  isTorchHere,
  type OurFigures,
  type Pass,
  toGguf,
} from './support/generation.js';
import { summarise } from './support/measure.js';
import { describeSize, modelConfig, sizeFrom, sizeOptions } from './support/sizes.js';

/** Who has weights of how many bits. llama.cpp knows two of 16; the faster one counts. */
const classes = [
  { weights: 'float32', gguf: ['F32'], dtype: 'float32' },
  { weights: 'bfloat16', gguf: ['F16', 'BF16'], dtype: 'bfloat16' },
  { weights: 'int8', gguf: ['Q8_0'], dtype: undefined },
] as const;

const { values } = parseArgs({
  options: {
    ...sizeOptions,
    prompt: { type: 'string', default: '256' },
    new: { type: 'string', default: '48' },
    rounds: { type: 'string', default: '3' },
    repeats: { type: 'string', default: '2' },
    threads: { type: 'string', default: '1,2' },
  },
});
const size = sizeFrom(values);
const job = {
  prompt: Number(values.prompt),
  new: Number(values.new),
  vocabulary: size.vocab,
  batches: [1, 8],
  repeats: Number(values.repeats),
};

const contestants = new Map<string, (threads: number) => Promise<GenerationFigures>>();
/** By contestant, then threads: one entry a round. */
const runs = new Map<string, Map<number, GenerationFigures[]>>();

const folder = await mkdtemp(join(tmpdir(), 'vicuna-bench-'));
try {
  await prepare();
  for (let round = 0; round < Number(values.rounds); round++)
    for (const threads of values.threads.split(',').map(Number))
      for (const [name, generate] of contestants) note(name, threads, await generate(threads));
  report();
  if (isLlamaHere) await compareTokens();
} finally {
  await rm(folder, { recursive: true });
}

async function prepare(): Promise<void> {
  console.log(`${describeSize(size)}; prompts of ${job.prompt} tokens, replies of ${job.new}`);
  if (!isTorchHere) console.log('No PyTorch: set VICUNA_PYTHON, and VICUNA_SHARED to the reference data.');
  if (!isLlamaHere)
    console.log('No llama.cpp: set VICUNA_PEER_MODULES to a folder with node-llama-cpp, and VICUNA_PYTHON.');
  const directory = join(folder, 'model');
  {
    await using engine = await createEngine();
    // Wider than a new model's weights, so that one token is likelier than the others by more than rounding.
    await using model = await VicunaModel.create({ ...modelConfig(size), initializerRange: 0.04 }, { engine });
    await model.save(directory);
  }
  for (const { weights, gguf, dtype } of classes) {
    contestants.set(weights, (threads) => generateOurs({ ...job, model: directory, weights, threads }));
    for (const form of isLlamaHere ? gguf : []) {
      await toGguf(directory, join(folder, form), form);
      contestants.set(`llama.cpp ${form}`, (threads) => generateLlama({ ...job, model: join(folder, form), threads }));
    }
    if (isTorchHere && dtype !== undefined)
      contestants.set(`PyTorch ${dtype}`, (threads) => generateTorch({ ...job, threads }, size, dtype));
  }
}

function note(name: string, threads: number, figures: GenerationFigures): void {
  const ofName = runs.get(name) ?? new Map<number, GenerationFigures[]>();
  runs.set(name, ofName.set(threads, [...(ofName.get(threads) ?? []), figures]));
}

function report(): void {
  for (const [name, ofThreads] of runs) console.log(`${name}: ${[...ofThreads.values()][0]![0]!.what}`);
  for (const phase of ['prefill', 'decode'] as const)
    for (const batch of job.batches) {
      console.log(`\n${phase}, ${batch} sequence${batch > 1 ? 's' : ''}, tokens/s (min, median of passes):`);
      for (const { weights, gguf, dtype } of classes) {
        const ours = best(weights, batch, phase);
        console.log(`  ours ${weights}: ${ours.shown}${phase === 'decode' ? bandwidthShare(weights, batch) : ''}`);
        const peers = [
          ...gguf.map((form) => `llama.cpp ${form}`),
          ...(dtype === undefined ? [] : [`PyTorch ${dtype}`]),
        ];
        for (const peer of peers.filter((name) => runs.has(name))) {
          const theirs = best(peer, batch, phase);
          const ratio = (ours.median / theirs.median).toFixed(2);
          console.log(`    ${peer}: ${theirs.shown}; ours / theirs, each at its best threads: ${ratio}`);
        }
      }
    }
}

/** A contestant's figures at the number of threads that suits it best. */
function best(name: string, batch: number, phase: 'prefill' | 'decode') {
  const all = [...runs.get(name)!.keys()].map((threads) => ({
    threads,
    ...summarise(passesOf(name, threads, batch).map((pass) => pass[phase])),
  }));
  const top = all.reduce((a, b) => (b.median > a.median ? b : a));
  const shown = all.map(
    ({ threads, minimum, median }) =>
      `${threads} thread${threads > 1 ? 's' : ''} ${minimum.toFixed(0)}, ${median.toFixed(0)}`,
  );
  return { threads: top.threads, median: top.median, shown: shown.join('; ') };
}

function passesOf(name: string, threads: number, batch: number): Pass[] {
  return runs
    .get(name)!
    .get(threads)!
    .flatMap(({ batches }) => batches.find((entry) => entry.batch === batch)!.passes);
}

/** Every step reads every weight once but the embedding's, of which it looks a few rows up, and every cached key and value. */
function bandwidthShare(weights: WeightFormat, batch: number): string {
  const { threads, median } = best(weights, batch, 'decode');
  const figures = runs.get(weights)!.get(threads) as OurFigures[];
  const { dim, layers, heads, kv, ffn, vocab } = size;
  const keys = (kv * dim) / heads;
  const read = layers * (2 * dim * dim + 2 * dim * keys + 3 * dim * ffn) + dim * vocab;
  const share = read / (read + dim * vocab);
  const cached = batch * layers * 2 * keys * (job.prompt + job.new / 2) * Float32Array.BYTES_PER_ELEMENT;
  const perSecond = (figures[0]!.bytes * share + cached) * (median / batch);
  const { median: measured } = summarise(figures.map(({ bandwidth }) => bandwidth));
  return `; ${(perSecond / 1e9).toFixed(1)} GB/s at ${threads}, ${((100 * perSecond) / measured).toFixed(0)}% of the ${(measured / 1e9).toFixed(1)} that a plain sum reads`;
}

/** With float32 throughout, both should say the same until two tokens are equally likely but for rounding. */
async function compareTokens(): Promise<void> {
  const one = { ...job, batches: [1], repeats: 1, threads: 1 };
  const theirs = await generateLlama({ ...one, model: join(folder, 'F32') }, true);
  const ours = passesOf('float32', Number(values.threads.split(',')[0]), 1)[0]!.drawn;
  const others = theirs.batches[0]!.passes[0]!.drawn;
  const equal = ours.findIndex((token, index) => token !== others[index]);
  console.log(
    `\nGreedy tokens equal to llama.cpp's at float32: ${equal === -1 ? ours.length : equal} of ${ours.length}.`,
  );
}
