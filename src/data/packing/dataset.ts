import { createHash } from 'node:crypto';
import { ConfigError, parseConfig, type Resolved } from '../../core/index.js';
import type { PackedBatch } from '../../engine/index.js';
import { type PackingConfig, type PackingSettings, packingConfigSchema } from './config.js';
import { distributeStep } from './distribute.js';
import { planEpoch, type StepPlan } from './plan.js';
import type { ExampleStore } from './store.js';

/** A place in the endless sequence of steps; serialisable. @public */
export interface PackingCursor {
  /** Counts from 0. */
  readonly epoch: number;
  /** Step within the epoch, counts from 0. */
  readonly step: number;
  /** Of the data and settings it belongs to. */
  readonly fingerprint: string;
}

/** What one optimizer step learns from. @public */
export interface PackedStep {
  /** Where it stands. */
  readonly cursor: PackingCursor;
  /** Where to go on after it. */
  readonly next: PackingCursor;
  /** Example numbers of each micro-batch; {@link PackedDataset.load} reads one. */
  readonly microBatches: StepPlan;
  /** Examples of the step. */
  readonly conversations: number;
  /** Tokens of the step, learned or only read. */
  readonly tokens: number;
  /** Tokens that are learned, over the whole step: what its loss is divided by. */
  readonly supervisedTokens: number;
  /** Tokens over what its micro-batches could hold, in (0, 1]. */
  readonly fill: number;
}

/**
 * Examples of a store as optimizer steps of packed micro-batches: best-fit decreasing, deterministic from the seed,
 * resumable from a cursor, and reading no more than one micro-batch at a time.
 *
 * @public
 */
export class PackedDataset {
  /** What it was made with, defaults filled in. */
  readonly settings: Resolved<PackingConfig>;
  readonly #store: ExampleStore;
  readonly #fingerprint: string;

  private constructor(settings: PackingSettings, store: ExampleStore) {
    this.settings = settings;
    this.#store = store;
    this.#fingerprint = createHash('sha256')
      .update(store.fingerprint)
      .update(JSON.stringify(settings))
      .digest('hex')
      .slice(0, 32);
  }

  /**
   * Plans nothing yet: each epoch is planned when its steps are asked for.
   *
   * @param runtime - its `store` is complete: examples added later are not seen. It stays the caller's to dispose.
   * @throws ConfigError when an example is longer than `microBatchTokens`, naming it.
   */
  static async create(config: PackingConfig, runtime: { readonly store: ExampleStore }): Promise<PackedDataset> {
    const settings = parseConfig(packingConfigSchema, config, 'Packing config');
    const { store } = runtime;
    const oversized = store.lengths.findIndex((length) => length > settings.microBatchTokens);
    if (oversized !== -1) {
      const { id, tokens } = await store.read(oversized);
      throw new ConfigError('Packing config', [
        {
          path: 'microBatchTokens',
          message:
            `is ${settings.microBatchTokens}, but conversation ${JSON.stringify(id)} has ${tokens.length} tokens; ` +
            'raise it, or segment the conversations to fewer tokens',
        },
      ]);
    }
    return new PackedDataset(settings, store);
  }

  /** Equal for equal data under equal settings. */
  get fingerprint(): string {
    return this.#fingerprint;
  }

  /** Examples in the store: every one is in each epoch once. */
  get conversations(): number {
    return this.#store.size;
  }

  /** Tokens of an epoch. */
  get tokens(): number {
    return sum(this.#store.lengths);
  }

  /** Tokens of an epoch that are learned. */
  get supervisedTokens(): number {
    return sum(this.#store.supervisedTokens);
  }

  /** Steps of an epoch. */
  stepsInEpoch(epoch: number): number {
    return this.#plan(epoch).length;
  }

  /**
   * Every step from a place on, epoch after epoch, without end.
   *
   * @param from - where to begin. @defaultValue the first step of the first epoch
   * @throws ConfigError when the cursor belongs to other data or other settings.
   */
  *steps(from?: PackingCursor): Generator<PackedStep, void, undefined> {
    if (this.#store.size === 0) return;
    if (from !== undefined && from.fingerprint !== this.#fingerprint)
      throw new ConfigError('Packing cursor', [
        {
          path: 'fingerprint',
          message: 'belongs to other data or settings; go on with those it was made with, or start from the beginning',
        },
      ]);
    let first = from?.step ?? 0;
    for (let epoch = from?.epoch ?? 0; ; epoch++) {
      const plan = this.#plan(epoch);
      for (let step = first; step < plan.length; step++) yield this.#step(plan, epoch, step);
      first = 0;
    }
  }

  /** A step's micro-batches for each of several ranks: as many for each, with about as many tokens. */
  distribute(step: PackedStep, worldSize: number): readonly StepPlan[] {
    const capacity = this.settings.microBatchTokens;
    return distributeStep(step.microBatches, this.#store.lengths, { worldSize, capacity });
  }

  /** Reads the examples of a micro-batch and lays them end to end. */
  async load(examples: readonly number[]): Promise<PackedBatch> {
    const length = examples.reduce((total, example) => total + this.#store.lengths[example]!, 0);
    const tokens = new Int32Array(length);
    const labels = new Int32Array(length);
    const sequenceStarts = new Int32Array(examples.length + 1);
    for (const [sequence, example] of examples.entries()) {
      const start = sequenceStarts[sequence]!;
      const read = await this.#store.read(example);
      tokens.set(read.tokens, start);
      labels.set(read.labels, start);
      sequenceStarts[sequence + 1] = start + read.tokens.length;
    }
    return { tokens, labels, sequenceStarts, sequenceIds: Int32Array.from(examples) };
  }

  /** The ids of examples, for messages about them. */
  async ids(examples: readonly number[]): Promise<string[]> {
    const ids: string[] = [];
    for (const example of examples) ids.push((await this.#store.read(example)).id);
    return ids;
  }

  #plan(epoch: number): StepPlan[] {
    return planEpoch(this.#store.lengths, this.settings, epoch);
  }

  #step(plan: readonly StepPlan[], epoch: number, step: number): PackedStep {
    const microBatches = plan[step]!;
    const examples = microBatches.flat();
    const tokens = sum(examples.map((example) => this.#store.lengths[example]!));
    const fingerprint = this.#fingerprint;
    return {
      cursor: { epoch, step, fingerprint },
      next:
        step + 1 < plan.length ? { epoch, step: step + 1, fingerprint } : { epoch: epoch + 1, step: 0, fingerprint },
      microBatches,
      conversations: examples.length,
      tokens,
      supervisedTokens: sum(examples.map((example) => this.#store.supervisedTokens[example]!)),
      fill: tokens / (microBatches.length * this.settings.microBatchTokens),
    };
  }
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
