import type { CheckpointEvent } from '../checkpoint/index.js';
import type { Generation, Message } from '../conversation/index.js';
import type { VicunaErrorCode } from '../core/index.js';
import type { SupervisionReport } from '../data/index.js';
import type { EngineName } from '../engine/index.js';

/** Everything is ready: the conversations are read, the memory is there. @public */
export interface TrainStartEvent {
  /** Tells the event from others. */
  readonly type: 'train-start';
  /** Optimizer steps of all epochs. */
  readonly totalSteps: number;
  /** Steps in which the learning rate rises. */
  readonly warmupSteps: number;
  /** Weights of the model. */
  readonly parameters: number;
  /** What computes, on what, and why that was chosen. */
  readonly engine: { readonly name: EngineName; readonly backend: string; readonly reason: string };
  /** Conversations (or segments) trained on in each epoch. */
  readonly conversations: number;
  /** Their tokens. */
  readonly tokens: number;
  /** Those of their tokens that are learned: replies and their ends. */
  readonly supervisedTokens: number;
  /** Conversations left out because nothing in them is to be learned. */
  readonly unsupervised: number;
  /** Conversations held out for evaluation. */
  readonly heldOut: number;
  /** Among which each step is divided. */
  readonly ranks: number;
  /**
   * Floating-point operations a second of bare multiply-adds on all ranks, measured just before the first step. Absent
   * where an engine cannot tell.
   */
  readonly peakFlopsPerSecond?: number;
  /** Where training goes on; absent where it begins anew. */
  readonly resumed?: { readonly checkpoint: string; readonly step: number };
  /** What became of the conversations on their way to token ids; absent where these were given. */
  readonly supervision?: SupervisionReport;
}

/** An optimizer step changed the weights. @public */
export interface StepEndEvent {
  /** Tells the event from others. */
  readonly type: 'step-end';
  /** Counts from 1. */
  readonly step: number;
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean over the supervised tokens of the whole step, in nats, before the weights changed. */
  readonly loss: number;
  /** Norm over all parameters, before clipping. */
  readonly gradientNorm: number;
  /** As the schedule gave it to this step. */
  readonly learningRate: number;
  /** Examples of the step, over all ranks. */
  readonly conversations: number;
  /** Micro-batches of the step, over all ranks. */
  readonly microBatches: number;
  /** Tokens of the step, over all ranks. */
  readonly tokens: number;
  /** Those of `tokens` that are learned: what the loss is a mean of. */
  readonly supervisedTokens: number;
  /** Of the whole step, over all ranks. */
  readonly tokensPerSecond: number;
  /** Tokens over what the micro-batches could have held. */
  readonly fill: number;
  /**
   * Floating-point operations that the result needed, a multiply-add counted as two: 6 a token for each weight of a layer's
   * matrices (4 where it is frozen beside an adapter), as many a supervised token for those of the LM head, and causal
   * attention over the pairs of tokens that see each other. What is computed again to save memory does not count.
   */
  readonly flops: number;
  /**
   * `flops` a second over `peakFlopsPerSecond` of the start (MFU, Chowdhery et al. 2022). Absent where the peak is not
   * known; above 1 only if the machine was busy with something else when it was measured.
   */
  readonly flopUtilisation?: number;
}

/** The model was measured on the conversations held out. @public */
export interface EvaluationEndEvent {
  /** Tells the event from others. */
  readonly type: 'evaluation-end';
  /** Steps taken before it. */
  readonly step: number;
  /** Mean over supervised tokens, in nats. */
  readonly loss: number;
  /** e to the loss. */
  readonly perplexity: number;
  /** Held-out examples. */
  readonly conversations: number;
  /** Held-out tokens that the loss is a mean of. */
  readonly supervisedTokens: number;
}

/** The model answered one of the prompts of `samples`, with the weights as they are after a step. @public */
export interface SampleEvent {
  /** Tells the event from others. */
  readonly type: 'sample';
  /** Steps taken before it. */
  readonly step: number;
  /** Number of the prompt; counts from 0. */
  readonly index: number;
  /** What the model was asked. */
  readonly prompt: readonly Message[];
  /** What it answered. */
  readonly reply: string;
  /** `length` where the reply was cut off at `maxTokens`. */
  readonly finishReason: Generation['finishReason'];
}

/** Every conversation was seen once more. @public */
export interface EpochEndEvent {
  /** Tells the event from others. */
  readonly type: 'epoch-end';
  /** Counts from 1. */
  readonly epoch: number;
  /** Steps taken so far. */
  readonly step: number;
  /** Mean over the supervised tokens of the epoch, each as it was before its step, in nats. */
  readonly loss: number;
}

/** An event, the first of perhaps several, could not be written to the log; training goes on, and so does the log. @public */
export interface LogFailEvent {
  /** Tells the event from others. */
  readonly type: 'log-fail';
  /** Path of the log. */
  readonly file: string;
  /** Why, and what to do. Training goes on. */
  readonly problem: string;
}

/**
 * Training ended with an error, which the run throws next. Not written where a run is cancelled, nor before it is known
 * that the log is this training's.
 *
 * @public
 */
export interface TrainFailEvent {
  /** Tells the event from others. */
  readonly type: 'train-fail';
  /** Steps taken before. */
  readonly step: number;
  /** Of an error of this package. */
  readonly code?: VicunaErrorCode;
  /** What the error says. */
  readonly message: string;
}

/** The model is saved. @public */
export interface TrainEndEvent extends TrainResult {
  /** Tells the event from others. */
  readonly type: 'train-end';
}

/** What happened, in the order it happened. @public */
export type TrainEvent =
  | TrainStartEvent
  | StepEndEvent
  | EvaluationEndEvent
  | SampleEvent
  | EpochEndEvent
  | CheckpointEvent
  | LogFailEvent
  | TrainFailEvent
  | TrainEndEvent;

/** What training came to. @public */
export interface TrainResult {
  /** Optimizer steps taken. */
  readonly steps: number;
  /** Tokens computed, over all epochs. */
  readonly tokens: number;
  /** Loss of the last step. */
  readonly loss: number;
  /** Loss on the held-out conversations after the last step; absent where none were held out. */
  readonly evaluationLoss?: number;
  /** From the start of the run to its end. */
  readonly seconds: number;
  /** Hugging Face directory of the trained model. */
  readonly checkpoint: string;
}
