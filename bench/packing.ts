// Claim: how many tokens of conversations a second are learned from when they are packed, beside PyTorch with transformers
// padding each to the longest length allowed, as FastChat does. Padding is not counted as learned from.
// Both learn the same lengths in the same order with the same conversations in each optimizer step, and so take the same
// number of steps in a pass. What the ratio holds: the cells that padding adds, and the speed of the engines themselves
// (`npm run bench -- train` shows that alone). Ours is also run with steps of as many tokens as the peer's have cells: fewer
// optimizer steps in a pass, which is faster but another training.
// The peer is train_torch.py of the reference data (VICUNA_SHARED), run by the Python VICUNA_PYTHON.
//   --mix uneven|sharegpt --count 16 --size small --seq 512 --batch 4 --threads 1 --rounds 7
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { alternate, ratios, summarise } from './support/measure.js';
import { shareGPTLike, UNEVEN } from './support/mixes.js';
import { describeSize, modelConfig, sizeFrom, sizeOptions } from './support/sizes.js';
import { percent } from './support/step-work.js';
import { isPeerHere, type OurFigures, type PeerFigures, trainOurs, trainPyTorch } from './support/training.js';

const bar = 4;
const { values } = parseArgs({
  options: {
    ...sizeOptions,
    mix: { type: 'string', default: 'uneven' },
    count: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: String(availableParallelism()) },
  },
});
const size = sizeFrom(values);
const threads = Number(values.threads);
const lengths =
  values.mix === 'sharegpt'
    ? shareGPTLike(Number(values.count), size.seq)
    : UNEVEN.map((length) => Math.min(length, size.seq));
const tokens = lengths.reduce((total, length) => total + length, 0);
const cells = size.batch * size.seq;

const same: OurFigures[] = [];
const full: OurFigures[] = [];
const peer: PeerFigures[] = [];
const noted = async <Figures extends { tokensPerSecond: number }>(list: Figures[], run: Promise<Figures>) => {
  const figures = await run;
  list.push(figures);
  return figures.tokensPerSecond;
};
const stepsOfPass = Math.ceil(lengths.length / size.batch);
const stepsOfFullPass = Math.ceil(tokens / cells);
const contestants: Record<string, () => Promise<number>> = {
  same: () => noted(same, train({ batchConversations: size.batch }, stepsOfPass)),
  full: () => noted(full, train({ batchTokens: cells }, stepsOfFullPass)),
};
if (isPeerHere)
  contestants.PyTorch = () =>
    noted(peer, trainPyTorch(size, { mode: 'padded', lengths: lengths.join(','), threads, steps: 1, warmup: 1 }));
else console.log('No peer: set VICUNA_PYTHON, and VICUNA_SHARED to the reference data, for the comparison.');
await alternate(contestants, { rounds: Number(values.rounds), warmUps: 0 });

console.log(`${describeSize(size)}; threads: ${threads}; rows of ${size.seq}, ${size.batch} conversations a step`);
console.log(
  `${lengths.length} conversations of ${tokens} tokens, from ${Math.min(...lengths)} to ${Math.max(...lengths)}; ${stepsOfPass} steps a pass`,
);
console.log(`ours: ${same[0]!.what}`);
const fills = {
  same: `nothing padded; its micro-batches of ${cells} tokens ${percent(same[0]!.fill)} full`,
  full: `nothing padded; its micro-batches of ${cells} tokens ${percent(full[0]!.fill)} full`,
};
show(`ours, the peer's steps (${fills.same})`, same);
show(`ours, steps of up to ${cells} tokens (${fills.full})`, full);
if (peer.length > 0) {
  console.log(`PyTorch: ${peer[0]!.what}`);
  show(`PyTorch, padded (${percent(peer[0]!.fill)} of its cells hold a token)`, peer);
  const { minimum, median } = compare(same);
  const verdict = minimum >= bar ? 'met' : 'missed';
  console.log(
    `ours / PyTorch, same steps: min ${minimum.toFixed(2)}, median ${median.toFixed(2)}; the bar of ${bar} is ${verdict}`,
  );
  const other = compare(full);
  console.log(
    `ours / PyTorch, fewer and fuller steps: min ${other.minimum.toFixed(2)}, median ${other.median.toFixed(2)}`,
  );
  console.log(
    `Other processes took ${peer.map((run) => run.disturbance.toFixed(2)).join(', ')} cores beside PyTorch: figures are worth comparing near 0.`,
  );
}

function train(batch: { batchConversations: number } | { batchTokens: number }, steps: number): Promise<OurFigures> {
  return trainOurs({
    engine: { threads },
    model: modelConfig(size),
    trainer: { maxTokens: size.seq, microBatchTokens: cells, recompute: false, ...batch },
    lengths,
    // The first conversations warm up, and come again at the end of the pass that is timed.
    warmUps: 1,
    steps,
  });
}

function show(name: string, runs: readonly { readonly tokensPerSecond: number }[]): void {
  const { minimum, median } = summarise(runs.map((run) => run.tokensPerSecond));
  console.log(`${name}: min ${minimum.toFixed(0)}, median ${median.toFixed(0)} useful tokens/s`);
}

function compare(runs: readonly OurFigures[]): { minimum: number; median: number } {
  const speeds = (list: readonly { readonly tokensPerSecond: number }[]) => list.map((run) => run.tokensPerSecond);
  return summarise(ratios(speeds(runs), speeds(peer)));
}
