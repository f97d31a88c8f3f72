// Claim: training divided among two ranks is at least 1.8 times as fast as PyTorch's FSDP2 over gloo, in at most half of its
// memory a rank.
// All take the same steps: float32, AdamW, clipping at 1, parameters, gradients and moments divided, `batch` rows of `seq`
// random tokens on each rank, half of them learned. Ours runs as threads of one process and as processes of an MPI job,
// keeping activations and computing them again; the peer, fsdp_gloo.py of the reference data (VICUNA_SHARED), keeps them.
// Each run is a process (or job) of its own, ours on the built package, and they take turns. Memory is the largest resident
// size of a process so far when the last step is over; threads share theirs, so a rank's is the process's over the ranks.
//   --size small --ranks 2 --rounds 5 --steps 3, or --dim, --layers, ...; --only threads|mpi for one of ours
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { alternate, ratios, summarise } from './support/measure.js';
import { openMpiVersion, type ShardedFigures, trainFsdp, trainSharded } from './support/sharded-training.js';
import { describeSize, sizeFrom, sizeOptions } from './support/sizes.js';
import { isPeerHere } from './support/training.js';

const { values } = parseArgs({
  options: {
    ...sizeOptions,
    ranks: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '3' },
    only: { type: 'string' },
  },
});
const size = sizeFrom(values);
const ranks = Number(values.ranks);
const steps = Number(values.steps);

const figures: Record<string, ShardedFigures[]> = {};
const contestants: Record<string, () => Promise<number>> = {};
for (const carrier of ['threads', 'mpi'] as const) {
  if (values.only !== undefined && values.only !== carrier) continue;
  if (carrier === 'mpi' && spawnSync('mpirun', ['--version']).status !== 0) {
    console.log('mpi is left out: no mpirun here (apt install openmpi-bin)');
    continue;
  }
  for (const recompute of [false, true])
    enter(`${carrier}, ${recompute ? 'recomputing' : 'keeping'}`, () =>
      trainSharded({ size, ranks, carrier, recompute, steps }),
    );
}
if (isPeerHere) enter('FSDP2', () => trainFsdp(size, { ranks, steps }));
else console.log('No peer: set VICUNA_PYTHON, and VICUNA_SHARED to the reference data, for the comparison.');

console.log(
  `${describeSize(size)}; ${ranks} ranks of 1 thread, ${size.batch}x${size.seq} tokens a rank and step; ${steps} steps timed`,
);
await alternate(contestants, { rounds: Number(values.rounds), warmUps: 0 });
console.log(
  `Node ${process.version}, ${openMpiVersion()}; every rank's state divided (sharding full), blocks prefetched`,
);
for (const [name, runs] of Object.entries(figures)) console.log(`${name}: ${runs[0]!.what}`);
for (const [title, of] of [
  ['tokens/s', (run: ShardedFigures) => run.tokensPerSecond],
  ['MB a rank at the peak', (run: ShardedFigures) => run.peakBytesOfRank / 1e6],
] as const) {
  console.log(`${title}:`);
  for (const [name, runs] of Object.entries(figures)) show(name, runs.map(of), figures.FSDP2?.map(of));
}
if (figures.FSDP2 !== undefined)
  console.log(
    `Other processes took ${figures.FSDP2.map((run) => run.disturbance!.toFixed(2)).join(', ')} cores beside FSDP2: figures are worth comparing near 0.`,
  );

function enter(name: string, run: () => Promise<ShardedFigures>): void {
  figures[name] = [];
  contestants[name] = async () => {
    const result = await run();
    figures[name]!.push(result);
    console.log(
      `  ${name}: ${result.tokensPerSecond.toFixed(0)} tokens/s, ${(result.peakBytesOfRank / 1e6).toFixed(0)} MB a rank`,
    );
    return result.tokensPerSecond;
  };
}

function show(name: string, own: readonly number[], peer: readonly number[] | undefined): void {
  const { minimum, median } = summarise(own);
  const ratio = name === 'FSDP2' || peer === undefined ? undefined : summarise(ratios(own, peer));
  const largest = ratio && Math.max(...ratios(own, peer!));
  const compared =
    ratio &&
    `; to FSDP2's min ${ratio.minimum.toFixed(2)}, median ${ratio.median.toFixed(2)}, max ${largest!.toFixed(2)}`;
  console.log(`  ${name}: min ${minimum.toFixed(0)}, median ${median.toFixed(0)}${compared ?? ''}`);
}
