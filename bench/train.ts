// Claim: how fast and in how much memory a LLaMA trains, beside PyTorch with transformers, in one run.
// All take the same steps: float32, AdamW, clipping at 1, `batch` rows of `seq` random tokens, half of them learned. Ours
// runs twice, keeping activations and computing them again. Each run is a process of its own, ours on the built package,
// and they take turns. The peer is train_torch.py of the reference data (VICUNA_SHARED), run by the Python VICUNA_PYTHON;
// without them only our figures are printed.
//   --size small|medium|large --threads 1 --rounds 7 --steps 4, or --dim, --layers, ...; --backend wasm for another engine
//   --modes keeping|recomputing for one of ours
//   --record FILE: rounds are added to those in FILE and all are reported, so that a long bench can be taken in parts
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
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
    modes: { type: 'string', default: 'keeping,recomputing' },
    record: { type: 'string' },
  },
});
const size = sizeFrom(values);
const steps = Number(values.steps);
const threads = Number(values.threads);
const modes = values.modes.split(',') as ('keeping' | 'recomputing')[];
const warmUps = 1;
const rows = Array.from({ length: size.batch }, () => size.seq);

interface Recorded {
  /** What was measured: rounds of something else are not added to. */
  readonly what: string;
  readonly ours: Record<string, OurFigures[]>;
  readonly peer: PeerFigures[];
}
const what = `${describeSize(size)}; ${size.batch}x${size.seq} tokens a step; threads: ${threads}; ${steps} steps timed, ${modes.join(' and ')}`;
const recorded = earlierRounds();
const { ours, peer } = recorded;

console.log(what);
if (!isPeerHere)
  console.log('No peer: set VICUNA_PYTHON, and VICUNA_SHARED to the reference data, for the comparison.');
const contestants: Record<string, () => Promise<number>> = {};
for (const mode of modes) contestants[mode] = () => noted(ours[mode]!, train(mode === 'recomputing'));
if (isPeerHere) contestants.PyTorch = () => noted(peer, trainPyTorch(size, { threads, steps, warmup: warmUps }));
for (let round = 0; round < Number(values.rounds); round++) {
  await alternate(contestants, { rounds: 1, warmUps: 0 });
  if (values.record !== undefined) writeFileSync(values.record, JSON.stringify(recorded));
}
report();

function earlierRounds(): Recorded {
  if (values.record === undefined || !existsSync(values.record))
    return { what, ours: Object.fromEntries(modes.map((mode) => [mode, []])), peer: [] };
  const earlier: Recorded = JSON.parse(readFileSync(values.record, 'utf8'));
  if (earlier.what !== what) throw new Error(`${values.record} holds rounds of another bench: ${earlier.what}.`);
  return earlier;
}

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
    // Once in each mode: a profile costs one more step.
    isProfiled: ours[recompute ? 'recomputing' : 'keeping']!.length === 0,
  });
}

function report(): void {
  const all = Object.values(ours).flat();
  console.log(`rounds: ${all.length / Object.keys(ours).length}`);
  console.log(`ours: ${all[0]!.what} ${all[0]!.weights} weights.`);
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
  const cores = all.map((run) => run.cores.toFixed(2));
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
  const profiled = measured.flatMap((run) => (run.profile === undefined ? [] : [{ ...run, profile: run.profile }]));
  if (measured.length === 0) return;
  const share = summarise(measured.map((run) => work.useful / run.secondsPerStep / run.peak));
  const peak = summarise(measured.map((run) => run.peak / 1e9));
  console.log(
    `ours, ${contestant}: ${(work.useful / 1e9).toFixed(1)} GFLOP useful a step, ${percent(share.median)} of the ` +
      `${peak.median.toFixed(0)} GFLOP/s measured with bare multiply-adds (min ${percent(share.minimum)}). The profiled step:`,
  );
  for (const run of profiled) console.log(breakdown(run.profile, work, run.peak));
}
