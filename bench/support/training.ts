import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineOptions } from '../../src/engine/index.js';
import type { KernelTime } from '../../src/engine/native/engine.js';
import type { LlamaConfig } from '../../src/model/index.js';
import type { TrainerConfig } from '../../src/train/index.js';
import { sharedData } from '../../test/support/shared-data.js';
import { ensureBuilt } from './built-package.js';
import { linesOf } from './child-lines.js';
import { peerArguments, type Size } from './sizes.js';

/** What a process of ours is to train. */
export interface TrainingJob {
  readonly engine: EngineOptions;
  /** Of an MPI job that divides the training; threads do where the trainer's `ranks` says so. */
  readonly processes?: number;
  readonly model: LlamaConfig;
  readonly trainer: Omit<TrainerConfig, 'outputDirectory' | 'maxSteps'>;
  /** Tokens of each conversation of an epoch. */
  readonly lengths: readonly number[];
  /** Optimizer steps not timed: memory grows in the first. */
  readonly warmUps: number;
  /** Optimizer steps timed. */
  readonly steps: number;
  /** Whether one more step follows that says where the time goes; native engine in one process only. */
  readonly isProfiled?: boolean;
}

/** What a process trained, and at what price. */
export interface TrainingFigures {
  readonly tokensPerSecond: number;
  /** Of all threads: what stays the same when others use the machine. */
  readonly tokensPerProcessorSecond: number;
  /** Largest resident size of the process. */
  readonly peakBytes: number;
  /** Processors kept busy. */
  readonly cores: number;
  /** Weights of the model. */
  readonly weights: number;
  /** What computed, and how. */
  readonly what: string;
}

export interface OurFigures extends TrainingFigures {
  readonly secondsPerStep: number;
  /** Tokens as a share of the micro-batches' room. */
  readonly fill: number;
  /** Operations a second of bare multiply-adds, measured before and after; native engine only. */
  readonly peak?: number;
  /** Where the time of one more step went, if that was asked for. */
  readonly profile?: { readonly seconds: number; readonly kernels: readonly KernelTime[] };
}

export interface PeerFigures extends TrainingFigures {
  /** What other processes took of the processors meanwhile, in cores. */
  readonly disturbance: number;
  /** Real tokens as a share of the cells computed. */
  readonly fill: number;
}

export async function trainOurs(job: TrainingJob): Promise<OurFigures> {
  await ensureBuilt();
  const child = fileURLToPath(new URL('training-child.mjs', import.meta.url));
  const line = (await linesOf(process.execPath, [child, '--child', JSON.stringify(job)])).at(-1)!;
  return {
    ...line,
    tokensPerSecond: line.tokens / line.seconds,
    tokensPerProcessorSecond: line.tokens / line.processorSeconds,
    cores: line.processorSeconds / line.seconds,
    secondsPerStep: line.seconds / job.steps,
    what: line.engine,
  };
}

export const isPeerHere = process.env.VICUNA_PYTHON !== undefined && sharedData('data/peers') !== undefined;

/** Trains with PyTorch, as `train_torch.py` of the reference data does by default: eager, float32, sdpa, fused AdamW. */
export async function trainPyTorch(
  size: Size,
  options: Readonly<Record<string, string | number>>,
): Promise<PeerFigures> {
  const script = join(sharedData('data/peers')!, 'train_torch.py');
  const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const line = (await linesOf(process.env.VICUNA_PYTHON!, [script, ...peerArguments(size), ...given])).at(-1)!;
  const tokensPerSecond = line.tokens_per_s ?? line.real_tokens_per_s;
  const how = line.compile ? 'compiled' : 'eager';
  return {
    tokensPerSecond,
    tokensPerProcessorSecond: tokensPerSecond / line.contention.own_cores,
    peakBytes: line.peak_rss_mb * 2 ** 20,
    cores: line.contention.own_cores,
    weights: line.params,
    what: `torch ${line.torch}, transformers ${line.transformers}, ${how}, float32, attention ${line.attn}, ${line.optimizer} AdamW, ${line.threads} threads`,
    disturbance: line.contention.other_cores,
    fill: line.fill ?? 1,
  };
}
