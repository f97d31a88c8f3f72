// Claim: how fast and in how much memory a LLaMA trains, beside PyTorch with transformers, in one run.
// All take the same steps: float32, AdamW, clipping at 1, `batch` rows of `seq` random tokens, half of them learned. Ours
// runs twice, keeping activations and computing them again. Each run is a process of its own, ours on the built package,
// and they take turns. The peer is train_torch.py of the reference data (VICUNA_SHARED), run by the Python VICUNA_PYTHON;
// without them only our figures are printed.
//   --size small|medium|large --threads 1 --rounds 7 --steps 4, or --dim, --layers, ...; --backend wasm for another engine
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import type { TfjsBackend } from '../src/engine/index.js';
import { alternate, ratios, summarise } from './support/measure.js';
import { describeSize, modelConfig, sizeFrom, sizeOptions } from './support/sizes.js';
import { breakdown, percent, stepWork } from './support/step-work.js';
import {
  isPeerHere,
  type OurFigures,
  type PeerFigures,
  type TrainingFigures,
  trainOurs,
  trainPyTorch,
} from './support/training.js';

const { values } = parseArgs({
  options: {
    ...sizeOptions,
    steps: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: String(availableParallelism()) },
    backend: { type: 'string' },
  },
});
const size = sizeFrom(values);
const steps = Number(values.steps);
const threads = Number(values.threads);
const warmUps = 1;
const rows = Array.from({ length: size.batch }, () => size.seq);

const ours: Record<'keeping' | 'recomputing', OurFigures[]> = { keeping: [], recomputing: [] };
const peer: PeerFigures[] = [];

console.log(
  `${describeSize(size)}; ${size.batch}x${size.seq} tokens a step; threads: ${threads}; ${steps} steps timed`,
);
if (!isPeerHere)
  console.log('No peer: set VICUNA_PYTHON, and VICUNA_SHARED to the reference data, for the comparison.');
const contestants: Record<string, () => Promise<number>> = {
  keeping: () => noted(ours.keeping, train(false)),
  recomputing: () => noted(ours.recomputing, train(true)),
};
if (isPeerHere) contestants.PyTorch = () => noted(peer, trainPyTorch(size, { threads, steps, warmup: warmUps }));
await alternate(contestants, { rounds: Number(values.rounds), warmUps: 0 });
report();

async function noted<Figures extends TrainingFigures>(list: Figures[], run: Promise<Figures>): Promise<number> {
  const figures = await run;
  list.push(figures);
  return figures.tokensPerSecond;
}

function train(recompute: boolean): Promise<OurFigures> {
  return trainOurs({
    engine: values.backend === undefined ? { threads } : { backend: values.backend as TfjsBackend },
    model: modelConfig(size),
    trainer: {
      maxTokens: size.seq,
      microBatchTokens: size.seq * size.batch,
      batchConversations: size.batch,
      recompute,
    },
    lengths: Array.from({ length: warmUps + steps + 1 }, () => rows).flat(),
    warmUps,
    steps,
  });
}

function report(): void {
  console.log(`ours: ${ours.keeping[0]!.what} ${ours.keeping[0]!.weights} weights.`);
  if (peer.length > 0) console.log(`PyTorch: ${peer[0]!.what}, ${peer[0]!.weights} weights.`);
  for (const [name, unit, of] of [
    ['speed', 'tokens/s', (run: TrainingFigures) => run.tokensPerSecond],
    ['effort', 'tokens a processor second', (run: TrainingFigures) => run.tokensPerProcessorSecond],
    ['memory', 'MB at the peak', (run: TrainingFigures) => run.peakBytes / 1e6],
  ] as const) {
    console.log(`${name}, ${unit}:`);
    for (const [contestant, runs] of Object.entries(ours)) show(`ours, ${contestant}`, runs.map(of), peer.map(of));
    if (peer.length > 0) show('PyTorch', peer.map(of), []);
  }
  for (const [contestant, runs] of Object.entries(ours)) showShare(contestant, runs);
  const cores = [...ours.keeping, ...ours.recomputing].map((run) => run.cores.toFixed(2));
  console.log(`Processors that ours kept busy: ${cores.join(', ')}.`);
  if (peer.length > 0)
    console.log(
      `Other processes took ${peer.map((run) => run.disturbance.toFixed(2)).join(', ')} cores beside PyTorch: figures are worth comparing near 0.`,
    );
}

function show(name: string, figures: readonly number[], others: readonly number[]): void {
  const { minimum, median } = summarise(figures);
  const ratio = others.length > 0 ? summarise(ratios(figures, others)) : undefined;
  const compared = ratio && `; to PyTorch's min ${ratio.minimum.toFixed(2)}, median ${ratio.median.toFixed(2)}`;
  console.log(`  ${name}: min ${minimum.toFixed(0)}, median ${median.toFixed(0)}${compared ?? ''}`);
}

/** Of the operations that the result needs, and of bare multiply-adds on as many threads just before and after. */
function showShare(contestant: string, runs: readonly OurFigures[]): void {
  const work = stepWork(size, rows, contestant === 'recomputing');
  const measured = runs.flatMap((run) => (run.peak === undefined ? [] : [{ ...run, peak: run.peak }]));
  if (measured.length === 0) return;
  const share = summarise(measured.map((run) => work.useful / run.secondsPerStep / run.peak));
  const peak = summarise(measured.map((run) => run.peak / 1e9));
  console.log(
    `ours, ${contestant}: ${(work.useful / 1e9).toFixed(1)} GFLOP useful a step, ${percent(share.median)} of the ` +
      `${peak.median.toFixed(0)} GFLOP/s measured with bare multiply-adds (min ${percent(share.minimum)}). The fastest profiled step:`,
  );
  const fastest = measured.reduce((best, run) => (run.profile!.seconds < best.profile!.seconds ? run : best));
  console.log(breakdown(fastest.profile!, work, fastest.peak));
}
