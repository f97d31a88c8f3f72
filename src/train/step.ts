import type { PackedDataset, PackedStep } from '../data/index.js';
import type { ModelVectors } from '../engine/index.js';
import { type Divergence, TrainingDivergedError } from './errors.js';
import { forwardBackward, type Pass } from './loop.js';
import { type AdamW, clipFactor, gradientNorm } from './optimizer.js';
import { activationBytes } from './recompute.js';
import { Gradients } from './vectors.js';

/** What every step of a run works with. */
export interface StepRuntime extends Pass {
  /** The vectors that {@link Pass.parameters} lends. */
  readonly weights: ModelVectors;
  readonly dataset: PackedDataset;
  readonly optimizer: AdamW;
  readonly maxGradientNorm: number;
  readonly recompute: boolean | 'auto';
}

export interface StepOutcome {
  /** Mean over the supervised tokens of the whole step. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

/**
 * One optimizer step: gradients of every micro-batch, clipped, then AdamW. The weights change at its very end, all of
 * them or none: an abort or a divergence before that leaves them as they were.
 *
 * @param step - its number, counted from 1.
 * @throws TrainingDivergedError
 */
export async function trainStep(
  runtime: StepRuntime,
  packed: PackedStep,
  { step, learningRate }: { readonly step: number; readonly learningRate: number },
): Promise<StepOutcome> {
  const { engine, transformer, dataset } = runtime;
  const gradients = new Gradients(engine, transformer.blocks);
  try {
    const backward = {
      gradients,
      gradientScale: 1 / packed.supervisedTokens,
      activationBytes: activationBytes(runtime.recompute, engine),
    };
    let lossSum = 0;
    for (const examples of packed.microBatches) {
      lossSum += await forwardBackward(runtime, await dataset.load(examples), backward);
      if (!Number.isFinite(lossSum)) throw await divergence(dataset, examples, { step, loss: lossSum });
    }
    const loss = lossSum / packed.supervisedTokens;
    const norm = await gradientNorm(engine, gradients.vectors);
    if (!Number.isFinite(norm))
      throw await divergence(dataset, packed.microBatches.flat(), { step, loss, gradientNorm: norm });
    runtime.signal.throwIfAborted();
    await runtime.optimizer.update(runtime.weights, gradients.vectors, {
      learningRate,
      gradientScale: clipFactor(norm, runtime.maxGradientNorm),
    });
    return { loss, gradientNorm: norm };
  } finally {
    gradients.release();
  }
}

async function divergence(
  dataset: PackedDataset,
  examples: readonly number[],
  found: Omit<Divergence, 'conversations'>,
): Promise<TrainingDivergedError> {
  return new TrainingDivergedError({ ...found, conversations: await dataset.ids(examples) });
}
