import * as z from 'zod';
import { parseConfig } from '../../core/index.js';
import { type CostAssumptionName, type CostAssumptions, costAssumptions, resolveAssumptions } from './assumptions.js';
import { expectedSeconds, optimalCheckpointInterval } from './checkpoint-interval.js';

/** The model, as far as its cost goes. @public */
export interface CostModelShape {
  /** Weights of the model, embeddings included: 6.74e9 for LLaMA 7B. */
  readonly parameters: number;
  /** Decoder layers: 32 for LLaMA 7B. */
  readonly layers: number;
  /** Width of the residual stream: 4096 for LLaMA 7B. */
  readonly hiddenSize: number;
}

/** What is trained, on what, and what you know better than the defaults. @public */
export interface CostEstimateConfig {
  /** What is trained. */
  readonly model: CostModelShape;
  /** Sequences of one epoch. */
  readonly sequences: number;
  /** Tokens computed for each, padding included where there is any. */
  readonly tokensPerSequence: number;
  /** How often training goes over the sequences. @defaultValue `3` */
  readonly epochs?: number | undefined;
  /** Machines that train together, each with `devicesPerNode` devices. @defaultValue `1` */
  readonly nodes?: number | undefined;
  /** Seconds of training between checkpoints. @defaultValue the best by Daly's formula */
  readonly checkpointIntervalSeconds?: number | undefined;
  /** Values of your own, each in the place of the default of that name in `costAssumptions`. @defaultValue none */
  readonly assumptions?: { readonly [Name in CostAssumptionName]?: number | undefined } | undefined;
}

/** Hours and dollars of one way to pay. @public */
export interface CostOption {
  /** Hours from start to finish, on all nodes at the same time. */
  readonly hours: number;
  /** Dollars for all nodes over these hours. */
  readonly dollars: number;
}

/** Where the hours on spot machines go beyond the training itself. @public */
export interface SpotOverhead {
  /** Standing still to save. */
  readonly checkpointHours: number;
  /** Work done again, and waiting for machines. */
  readonly recoveryHours: number;
  /** Losses of the job. */
  readonly preemptions: number;
  /** Seconds of training between two checkpoints. */
  readonly checkpointIntervalSeconds: number;
  /** Seconds that training stands still for one checkpoint. */
  readonly checkpointSeconds: number;
}

/** What a training costs, and everything that rests on. @public */
export interface CostEstimate {
  /** Tokens computed over all epochs. */
  readonly tokens: number;
  /** Floating-point operations over all epochs, attention included, recomputation not counted. */
  readonly flops: number;
  /** On machines that nobody takes away. */
  readonly onDemand: CostOption;
  /** On spot machines, `overhead` included. */
  readonly spot: CostOption;
  /** Why spot machines take more hours. */
  readonly overhead: SpotOverhead;
  /** Every number the estimate rests on, yours in place of the defaults. */
  readonly assumptions: CostAssumptions;
}

const count = z.int().positive();
const names = Object.keys(costAssumptions) as CostAssumptionName[];
const positive = z.number().positive();

const estimateSchema = z.strictObject({
  model: z.strictObject({ parameters: positive, layers: count, hiddenSize: count }),
  sequences: count,
  tokensPerSequence: count,
  epochs: positive.default(3),
  nodes: count.default(1),
  checkpointIntervalSeconds: positive.optional(),
  assumptions: z
    .strictObject({
      ...(Object.fromEntries(names.map((name) => [name, positive.optional()])) as Record<
        CostAssumptionName,
        z.ZodOptional<typeof positive>
      >),
      flopUtilisation: z.number().positive().max(1, 'is a share of the peak, at most 1').optional(),
      preemptionsPerNodeHour: z.number().nonnegative().optional(),
      restartSeconds: z.number().nonnegative().optional(),
    })
    .prefault({}),
});

/**
 * Estimates hours and dollars of a training, on demand and on spot machines. An estimate by arithmetic: every number in it is
 * an assumption by name, returned with its source. {@link simulateSpot} knows zones, outages and spread.
 *
 * Arithmetic is 6 FLOP a parameter and token, and attention's `6 x layers x hidden size x tokens` for each token (causal: half
 * of the matrix). The expected time on spot machines is Daly's (2006), with losses also while restarting.
 *
 * @throws ConfigError naming every field at fault.
 * @public
 */
export function estimateCost(config: CostEstimateConfig): CostEstimate {
  const settings = parseConfig(estimateSchema, config, 'cost estimate config');
  const assumptions = resolveAssumptions(settings.assumptions);
  const { model, nodes, tokensPerSequence } = settings;
  const value = (name: CostAssumptionName) => assumptions[name].value;

  const tokens = settings.sequences * tokensPerSequence * settings.epochs;
  const attention = 6 * model.layers * model.hiddenSize * tokensPerSequence;
  const flops = tokens * (value('flopsPerParameterToken') * model.parameters + attention);
  const flopsPerSecond = nodes * value('devicesPerNode') * value('peakFlopsPerDevice') * value('flopUtilisation');
  const seconds = flops / flopsPerSecond;

  const checkpointSeconds =
    (model.parameters * value('checkpointBytesPerParameter')) / (nodes * value('checkpointBytesPerNodeSecond'));
  const losses = (nodes * value('preemptionsPerNodeHour')) / 3600;
  const meanSecondsBetweenLosses = 1 / losses;
  const best = optimalCheckpointInterval({ checkpointSeconds, meanSecondsBetweenLosses });
  const interval = Math.min(settings.checkpointIntervalSeconds ?? best, seconds);
  const checkpoints = seconds / interval;
  const recoverySeconds = expectedSeconds({
    seconds: value('restartSeconds'),
    meanSecondsBetweenLosses,
    recoverySeconds: 0,
  });
  const spotSeconds =
    checkpoints * expectedSeconds({ seconds: interval + checkpointSeconds, meanSecondsBetweenLosses, recoverySeconds });

  const checkpointing = checkpoints * checkpointSeconds;
  return {
    tokens,
    flops,
    onDemand: option(seconds, nodes * value('onDemandDollarsPerNodeHour')),
    spot: option(spotSeconds, nodes * value('spotDollarsPerNodeHour')),
    overhead: {
      checkpointHours: checkpointing / 3600,
      recoveryHours: (spotSeconds - seconds - checkpointing) / 3600,
      preemptions: spotSeconds * losses,
      checkpointIntervalSeconds: interval,
      checkpointSeconds,
    },
    assumptions,
  };
}

function option(seconds: number, dollarsPerHour: number): CostOption {
  return { hours: seconds / 3600, dollars: (seconds / 3600) * dollarsPerHour };
}
