// Claim: saving in the background costs training the copy of its vectors, and never holds the event loop for 50 ms.
// Saves 1 GB of parameters and moments (VICUNA_BENCH_BYTES for another size) to a temporary folder and removes it.
// The other contestant is the plain way: hash and write everything with synchronous calls, then go on.
import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TrainingCheckpoint, TrainingCheckpoints, type TrainingState } from '../src/checkpoint/index.js';
import { SingleRank } from '../src/collectives/index.js';
import { Random } from '../src/core/index.js';
import { alternate, ratios, summarise } from './support/measure.js';

const bytes = Number(process.env.VICUNA_BENCH_BYTES ?? 1e9);
const kinds = ['parameters', 'firstMoment', 'secondMoment'] as const;
const blockCount = 10;
const size = Math.round(bytes / 4 / kinds.length / blockCount);

/** Vectors of as many blocks as a small model has. */
const random = Random.fromSeed(1);
const pattern = Float32Array.from({ length: size }, () => random.uniform());
const vectors = kinds.flatMap((kind) =>
  Array.from({ length: blockCount }, (_, block) => ({ kind, block, values: pattern.slice() })),
);
const blocks = Array.from({ length: blockCount }, (_, block) => ({
  size,
  parameters: [{ name: `model.layers.${block}.weight`, offset: 0, size, shape: [size] }],
}));
const stateAt = (step: number): TrainingState => ({
  step,
  cursor: { epoch: 0, step, fingerprint: '' },
  tokens: 0,
  epochMean: { sum: 0, weight: 0 },
  random: {},
  settings: {},
  fingerprints: {},
});

/** The longest time, in milliseconds, that nothing else of the process could run while `work` did. */
async function longestPause(work: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  let working = true;
  const tick = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (working) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  working = false;
  tick();
  return longest;
}

interface Figures {
  /** Longest pause of the event loop in milliseconds. */
  readonly pause: number;
  /** What training waited for, in milliseconds. */
  readonly waited: number;
  readonly megabytesPerSecond: number;
}

async function inBackground(checkpoints: TrainingCheckpoints, step: number): Promise<Figures> {
  let waited = 0;
  const started = performance.now();
  const pause = await longestPause(async () => {
    const pieces = vectors.map(({ kind, block, values }) => ({ kind, block, start: 0, end: size, values }));
    await checkpoints.save(stateAt(step), pieces);
    waited = performance.now() - started;
    const outcome = await checkpoints.settle();
    if (outcome?.type !== 'checkpoint-commit') throw new Error(JSON.stringify(outcome));
  });
  return { pause, waited, megabytesPerSecond: bytes / 1e3 / (performance.now() - started) };
}

async function blocking(directory: string): Promise<Figures> {
  const started = performance.now();
  const pause = await longestPause(async () => {
    mkdirSync(directory);
    const hash = createHash('sha256');
    const file = openSync(join(directory, 'rank.bin'), 'w');
    for (const { values } of vectors) {
      const part = new Uint8Array(values.buffer);
      hash.update(part);
      for (let done = 0; done < part.length; ) done += writeSync(file, part, done);
    }
    fsyncSync(file);
    closeSync(file);
    writeFileSync(join(directory, 'manifest.json'), hash.digest('hex'), { flush: true });
  });
  const waited = performance.now() - started;
  await rm(directory, { recursive: true });
  return { pause, waited, megabytesPerSecond: bytes / 1e3 / waited };
}

const folder = await mkdtemp(join(tmpdir(), 'vicuna-checkpoint-'));
try {
  const directory = join(folder, 'run');
  const checkpoints = await TrainingCheckpoints.open(
    { directory, keep: 1 },
    { communicator: new SingleRank(), blocks },
  );
  const figures: Record<'background' | 'blocking', Figures[]> = { background: [], blocking: [] };
  let step = 0;
  const run = (name: keyof typeof figures, save: () => Promise<Figures>) => async () => {
    const of = await save();
    figures[name].push(of);
    return of.waited;
  };
  const waited = await alternate(
    {
      background: run('background', () => inBackground(checkpoints, ++step)),
      blocking: run('blocking', () => blocking(join(folder, 'blocking'))),
    },
    { rounds: 5 },
  );
  console.log(`${(bytes / 1e6).toFixed(0)} MB of parameters and moments, one rank`);
  for (const [name, all] of Object.entries(figures)) {
    // The first run is the warm-up: it also allocates the memory that later copies use again.
    const of = (figure: keyof Figures) => summarise(all.slice(1).map((one) => one[figure]));
    const pause = Math.max(...all.slice(1).map((one) => one.pause));
    console.log(
      `${name}: training waits median ${of('waited').median.toFixed(0)}, min ${of('waited').minimum.toFixed(0)} ms; ` +
        `longest pause of the event loop ${pause.toFixed(0)} ms; median ${of('megabytesPerSecond').median.toFixed(0)} MB/s to the commit`,
    );
  }
  console.log(`first background save, which allocates its copy: waits ${figures.background[0]!.waited.toFixed(0)} ms`);
  const ratio = summarise(ratios(waited.blocking, waited.background)).median;
  console.log(`a blocking save makes training wait ${ratio.toFixed(1)}x as long`);

  const opening = performance.now();
  const pause = await longestPause(async () => {
    const checkpoint = await TrainingCheckpoint.open(join(directory, `step-${String(step).padStart(8, '0')}`));
    const verified = performance.now();
    const into = new Float32Array(size);
    for (const kind of kinds) for (const block of blocks) await checkpoint.read(kind, block, 0, into);
    const rate = (from: number, to: number) => (bytes / 1e3 / (to - from)).toFixed(0);
    console.log(
      `loading: verified at ${rate(opening, verified)} MB/s, read at ${rate(verified, performance.now())} MB/s`,
    );
  });
  console.log(`loading: longest pause of the event loop ${pause.toFixed(0)} ms`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
