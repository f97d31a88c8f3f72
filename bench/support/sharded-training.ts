import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TrainerConfig } from '../../src/train/index.js';
import { sharedData } from '../../test/support/shared-data.js';
import { ensureBuilt } from './built-package.js';
import { linesOf } from './child-lines.js';
import { modelConfig, peerArguments, type Size } from './sizes.js';
import type { TrainingJob } from './training.js';

/** What carries bytes between ranks. */
export type Carrier = 'threads' | 'mpi';

export interface ShardedRun {
  readonly size: Size;
  readonly ranks: number;
  readonly carrier: Carrier;
  readonly recompute: boolean;
  /** Timed; one more goes before. */
  readonly steps: number;
  readonly trainer?: Partial<TrainerConfig> | undefined;
}

export interface ShardedFigures {
  readonly tokensPerSecond: number;
  /** Largest resident size: of the largest process, or a rank's share of the one they all are in. */
  readonly peakBytesOfRank: number;
  /** Of each timed step. */
  readonly stepSeconds: readonly number[];
  readonly what: string;
  /** Cores that other processes used meanwhile, where it was measured. */
  readonly disturbance?: number;
}

const WARM_UPS = 1;

/** Trains on the built package. */
export async function trainSharded(run: ShardedRun): Promise<ShardedFigures> {
  await ensureBuilt();
  const { ranks, carrier, steps } = run;
  const program = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const child = program(carrier === 'mpi' ? 'mpi-job.mjs' : 'training-child.mjs');
  const lines = await linesOf(process.execPath, [child, '--child', JSON.stringify(jobOf(run))]);
  const slowest = lines.reduce((a, b) => (b.seconds > a.seconds ? b : a));
  const largest = Math.max(...lines.map((line) => line.peakBytes));
  return {
    tokensPerSecond: slowest.tokens / slowest.seconds,
    peakBytesOfRank: carrier === 'threads' ? largest / ranks : largest,
    stepSeconds: slowest.stepSeconds,
    what: `${lines.length} process${lines.length > 1 ? 'es' : ''}, ${lines[0].weights} weights, ${steps} steps. ${lines[0].engine}`,
  };
}

function jobOf({ size, ranks, carrier, recompute, steps, trainer }: ShardedRun): TrainingJob {
  const rows = size.batch * ranks;
  const isAlone = ranks === 1;
  return {
    engine: { threads: 1 },
    ...(carrier === 'mpi' && !isAlone && { processes: ranks }),
    model: modelConfig(size),
    trainer: {
      ...(carrier === 'threads' && !isAlone && { ranks, threadsPerRank: 1 }),
      maxTokens: size.seq,
      microBatchTokens: size.seq * size.batch,
      batchConversations: rows,
      recompute,
      checkpoints: false,
      ...trainer,
    },
    lengths: Array.from({ length: (WARM_UPS + steps + 1) * rows }, () => size.seq),
    warmUps: WARM_UPS,
    steps,
  };
}

/** Trains with PyTorch's FSDP2 over gloo. */
export async function trainFsdp(
  size: Size,
  { ranks, steps }: { readonly ranks: number; readonly steps: number },
): Promise<ShardedFigures> {
  const script = join(sharedData('data/peers')!, 'fsdp_gloo.py');
  const options = ['--impl', 'fsdp2', '--ranks', `${ranks}`, '--threads', '1', '--steps', `${steps}`];
  const lines = await linesOf(process.env.VICUNA_PYTHON!, [script, ...options, ...peerArguments(size)]);
  const line = lines.at(-1)!;
  return {
    tokensPerSecond: line.tokens_per_s,
    peakBytesOfRank: Math.max(...line.peak_rss_mb_per_rank) * 2 ** 20,
    stepSeconds: line.step_s,
    what: `${ranks} processes, ${line.params} weights, ${steps} steps. torch ${line.torch}, transformers ${line.transformers}, float32, sdpa, fused AdamW, resharded after forward`,
    disturbance: line.contention.other_cores,
  };
}

export function openMpiVersion(): string {
  const { stdout } = spawnSync('mpirun', ['--version'], { encoding: 'utf8' });
  return stdout?.split('\n')[0] || 'no MPI';
}
