// Claim: parameters, gradients and moments of a rank fall as 1/N; activations and the blocks in flight come on top.
// Measured, not computed, in every rank of a training through the trainer's own step. Allocated: what the communicator and
// the engine have given out at the optimizer's update (state: parameters, gradients, moments), for whole blocks on their way
// (blocks), and at the end of forward beyond what was there before the step (activations). Resident: growth of the process
// since nothing but engine and communicator were in it, after the steps and at its highest; threads share it, so a rank's
// is the process's over the ranks. The largest rank of each job is shown.
//   --size small --ranks 2,4 --modes full,optimizer,none --recompute
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ShardingMode } from '../src/train/index.js';
import { linesOf } from './support/child-lines.js';
import type { MemoryJob, RankMemory } from './support/rank-memory.js';
import type { Carrier } from './support/sharded-training.js';
import { describeSize, sizeFrom, sizeOptions } from './support/sizes.js';

const { values } = parseArgs({
  options: {
    ...sizeOptions,
    ranks: { type: 'string', default: '2,4' },
    modes: { type: 'string', default: 'full,optimizer,none' },
    recompute: { type: 'boolean', default: false },
  },
});
const size = sizeFrom(values);
const program = fileURLToPath(new URL('support/rank-memory.ts', import.meta.url));
const tsx = [process.execPath, '--import', 'tsx', program, '--child'] as const;
const mpirun = ['mpirun', '--allow-run-as-root', '--oversubscribe', '--bind-to', 'none'] as const;
const carriers: Carrier[] = spawnSync('mpirun', ['--version']).status === 0 ? ['mpi', 'threads'] : ['threads'];
if (carriers.length === 1) console.log('mpi is left out: no mpirun here (apt install openmpi-bin)');

console.log(
  `${describeSize(size)}; ${size.batch}x${size.seq} tokens a rank, ${values.recompute ? 'recomputing' : 'keeping activations'}; MB a rank`,
);
console.log('                            allocated                               resident');
console.log('sharding   carrier  ranks   state  to 1 rank  blocks  activations   at rest  at the peak');
const { recompute } = values;
const alone = await measure({ size, ranks: 1, mode: 'none', recompute }, 'threads');
show('-', '-', 1, alone);
for (const mode of values.modes.split(',') as ShardingMode[])
  for (const carrier of carriers)
    for (const ranks of values.ranks.split(',').map(Number))
      show(mode, carrier, ranks, await measure({ size, ranks, mode, recompute }, carrier));

function show(mode: string, carrier: string, ranks: number, memory: RankMemory): void {
  const figures = [memory.blocks, memory.activations, memory.atRest, memory.atPeak];
  console.log(
    mode.padEnd(10),
    carrier.padEnd(8),
    `${ranks}`.padStart(5),
    megabytes(memory.state).padStart(7),
    (memory.state / alone.state).toFixed(3).padStart(10),
    ...figures.map((bytes, column) => megabytes(bytes).padStart([7, 12, 9, 12][column]!)),
  );
}

async function measure(job: MemoryJob, carrier: Carrier): Promise<RankMemory> {
  const isMpi = carrier === 'mpi' && job.ranks > 1;
  const [command, ...parameters] = isMpi ? [...mpirun, '-n', `${job.ranks}`, ...tsx] : tsx;
  const all: RankMemory[] = await linesOf(command!, [...parameters, JSON.stringify(job)]);
  const largest = (of: keyof RankMemory) => Math.max(...all.map((memory) => memory[of]));
  return {
    state: largest('state'),
    blocks: largest('blocks'),
    activations: largest('activations'),
    atRest: largest('atRest'),
    atPeak: largest('atPeak'),
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
