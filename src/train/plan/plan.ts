import type { SupervisionReport } from '../../data/index.js';

/** How a {@link TrainingPlan} is made. @public */
export interface PlanConfig {
  /**
   * Seconds that may be spent on computing a layer and the head with this machine's engine, to tell how long training
   * takes; 0 measures nothing. A large model's first measurement may take longer.
   *
   * @defaultValue `3`
   */
  readonly calibrationSeconds?: number | undefined;
  /** Share of the engine's peak that is assumed where nothing is measured. @defaultValue `0.5` */
  readonly assumedUtilisation?: number | undefined;
  /** Dollars an hour of all machines together; without it there is no cost. @defaultValue none */
  readonly pricePerHour?: number | undefined;
}

/** What training would read. @public */
export interface PlannedData {
  /** Conversations (or segments) of an epoch. */
  readonly conversations: number;
  /** Their tokens. */
  readonly tokens: number;
  /** Those that are learned: replies and their ends. */
  readonly supervisedTokens: number;
  /** `supervisedTokens` over `tokens`. */
  readonly supervisedShare: number;
  /** Tokens of the longest conversation. */
  readonly longest: number;
  /** Conversations left out because nothing in them is to be learned. */
  readonly unsupervised: number;
  /** Conversations that lose their end to `maxTokens`; absent where token ids were given. */
  readonly truncated?: number;
  /** Conversations held out for evaluation. */
  readonly heldOut: number;
  /** What became of the conversations on their way to token ids; absent where these were given. */
  readonly supervision?: SupervisionReport;
}

/** The steps training would take, equal to what its events say. @public */
export interface PlannedSteps {
  /** Optimizer steps. */
  readonly totalSteps: number;
  /** Steps over which the learning rate rises. */
  readonly warmupSteps: number;
  /** Passes over the data that are begun. */
  readonly epochs: number;
  /** Over all steps, as are the next three. */
  readonly conversations: number;
  /** Tokens computed. */
  readonly tokens: number;
  /** Tokens learned. */
  readonly supervisedTokens: number;
  /** Forward and backward passes. */
  readonly microBatches: number;
  /** Micro-batches of a step, in the mean. */
  readonly microBatchesPerStep: number;
  /** Tokens over what all micro-batches could hold. */
  readonly fill: number;
  /** Floating-point operations that the result needs, over all steps. */
  readonly flops: number;
  /** The same of a step, in the mean. */
  readonly flopsPerStep: number;
  /** How often the held-out conversations are measured. */
  readonly evaluations: number;
}

/** Bytes of one rank. @public */
export interface PlannedMemory {
  /** Ranks that share the work. */
  readonly ranks: number;
  /** This rank's share of the weights. */
  readonly parameters: number;
  /** This rank's share of the gradients. */
  readonly gradients: number;
  /** AdamW's. */
  readonly moments: number;
  /** Whole blocks on their way from and to other ranks. */
  readonly blocksInFlight: number;
  /** What forward keeps for backward, as `recompute` is set: `auto` as it would decide now. */
  readonly activations: number;
  /** The same with every layer's kept (`recompute: false`) and with none (`recompute: true`). */
  readonly activationsKept: number;
  /** Activations with `recompute: true`. */
  readonly activationsRecomputed: number;
  /** Layers whose activations are kept; the others are computed again. */
  readonly layersKept: number;
  /** The engine's work memory: logits of a chunk, operands laid out anew. */
  readonly workspace: number;
  /**
   * The most that are there at once. Less than the sum: gradients come as activations go, unless a step has several
   * micro-batches.
   */
  readonly peak: number;
  /** Of the process that plans and its like: Node.js and what it has loaded, without parameters. */
  readonly process: number;
  /** Bytes that this process would need at its highest: all ranks that are its threads, or the one it is. */
  readonly processPeak: number;
  /** Bytes that this process could still take, and has: `processPeak` should be below. Absent where it cannot be told. */
  readonly available?: number;
}

/** How long training would take. @public */
export interface PlannedTime {
  /** `measured`: a layer and the head were computed and timed; `assumed`: a share of the engine's peak. */
  readonly basis: 'measured' | 'assumed';
  /** Of all steps and evaluations; reading, checkpoints and saving come on top. */
  readonly seconds: number;
  /** In the mean. */
  readonly secondsPerStep: number;
  /** Of all ranks together, evaluations left out. */
  readonly tokensPerSecond: number;
  /** The engine's peak, where it can tell: what `flopUtilisation` is relative to. */
  readonly peakFlopsPerSecond?: number;
  /** Useful operations over the engine's peak, from 0 to 1. */
  readonly flopUtilisation?: number;
  /** Dollars, where a price was given. */
  readonly cost?: number;
}

/** Something to change before training, with what to do. @public */
export interface PlanWarning {
  /** Stable name of what is meant. */
  readonly code: 'memory-short' | 'few-supervised' | 'many-truncated' | 'low-fill' | 'few-steps';
  /** What is the matter, and what to do. */
  readonly message: string;
}

/** What a training would be. @public */
export interface TrainingPlan {
  /** What training would read. */
  readonly data: PlannedData;
  /** The steps it would take. */
  readonly steps: PlannedSteps;
  /** Bytes of one rank. */
  readonly memory: PlannedMemory;
  /** Absent where nothing is measured and the engine cannot tell its peak. */
  readonly time?: PlannedTime;
  /** What to change first; empty where all is well. */
  readonly warnings: readonly PlanWarning[];
}

/** A part of the plan is known. @public */
export type PlanEvent =
  | { readonly type: 'data-end'; readonly data: PlannedData; readonly steps: PlannedSteps }
  | { readonly type: 'calibration-end'; readonly seconds: number };
