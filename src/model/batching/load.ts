/** What a model is doing now. @public */
export interface ModelLoad {
  /** Calls that have a place in the batch. */
  readonly running: number;
  /** Calls that wait for a place or for memory. */
  readonly waiting: number;
  /** Tokens whose keys and values running calls hold. */
  readonly cachedTokens: number;
  /** Memory that running calls have reserved, and how much there is. */
  readonly reservedBytes: number;
  /** Memory for keys and values in all: what `reservedBytes` may grow to. */
  readonly cacheBytes: number;
  /** Tokens and memory that are kept of calls which ended. */
  readonly keptTokens: number;
  /** Memory of `keptTokens`; given up when running calls need it. */
  readonly keptBytes: number;
  /** Most tokens of a step, as `batching` has it. */
  readonly stepTokens: number;
  /** Most calls that are computed together, as `batching` has it. */
  readonly maximumSequences: number;
}

/** One step that a model has computed. @public */
export interface BatchStep {
  /** Calls that took part. */
  readonly sequences: number;
  /** Tokens of prompts. */
  readonly promptTokens: number;
  /** Tokens of replies, one a call. */
  readonly replyTokens: number;
  /** How long it took. */
  readonly seconds: number;
}

/** Told of every step; must be quick, and not throw. @public */
export type BatchStepObserver = (step: BatchStep) => void;
