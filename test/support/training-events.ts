import type { StepEndEvent, TrainEvent, TrainStartEvent } from '../../src/train/index.js';

export interface MadeUpTraining {
  readonly steps: number;
  /** The step after which training was killed. */
  readonly stopsAt?: number | undefined;
  /** The checkpoint it went on from. */
  readonly resumesAt?: number | undefined;
}

/** Events as a trainer writes them: the loss falls, is measured every tenth step, and checkpoints are made as often. */
export function trainingEvents({ steps, stopsAt, resumesAt }: MadeUpTraining): TrainEvent[] {
  const first = [startEvent(steps), ...range(1, stopsAt ?? steps).flatMap((step) => stepEvents(step, steps))];
  const rest =
    resumesAt === undefined
      ? []
      : [startEvent(steps, resumesAt), ...range(resumesAt + 1, steps).flatMap((step) => stepEvents(step, steps))];
  const finished = stopsAt === undefined || resumesAt !== undefined;
  const end: TrainEvent = {
    type: 'train-end',
    steps,
    tokens: steps * 2000,
    loss: 0.5,
    seconds: steps / 2,
    checkpoint: 'out/model',
  };
  return [...first, ...rest, ...(finished ? [end] : [])];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

function startEvent(totalSteps: number, resumesAt?: number): TrainStartEvent {
  return {
    type: 'train-start',
    totalSteps,
    warmupSteps: 3,
    parameters: 6_738_415_616,
    engine: { name: 'native', backend: 'avx2', reason: 'the default' },
    conversations: 1000,
    tokens: 2e6,
    supervisedTokens: 1.5e6,
    unsupervised: 0,
    heldOut: 10,
    ranks: 2,
    ...(resumesAt !== undefined && { resumed: { checkpoint: 'out/step', step: resumesAt } }),
  };
}

function stepEvents(step: number, steps: number): TrainEvent[] {
  const loss = 0.5 + 2 * Math.exp((-6 * step) / steps) + 0.05 * Math.sin(7 * step);
  const taken: StepEndEvent = {
    type: 'step-end',
    step,
    epoch: 1,
    loss,
    gradientNorm: 1 + 0.2 * Math.cos(5 * step),
    learningRate: 2e-5 * Math.min(1, step / 3),
    conversations: 8,
    microBatches: 2,
    tokens: 2000,
    supervisedTokens: 1500,
    tokensPerSecond: 4000,
    flops: 1e12,
    flopUtilisation: 0.5,
    fill: 0.9,
  };
  if (step % 10 !== 0) return [taken];
  return [
    taken,
    {
      type: 'evaluation-end',
      step,
      loss: loss + 0.1,
      perplexity: Math.exp(loss + 0.1),
      conversations: 10,
      supervisedTokens: 900,
    },
    { type: 'checkpoint-commit', step, path: 'out/step', bytes: 1e6, seconds: 1, copySeconds: 0.1 },
  ];
}
