import { resolve } from 'node:path';
import {
  type CheckpointEvent,
  openTogether,
  type TrainingCheckpoint,
  TrainingCheckpoints,
  type TrainingState,
} from '../../checkpoint/index.js';
import type { Communicator } from '../../collectives/index.js';
import type { CallOptions } from '../../core/index.js';
import {
  type Engine,
  IGNORED_LABEL,
  loraBlocks,
  loraDropoutSeed,
  type PackedBatch,
  type Transformer,
} from '../../engine/index.js';
import type { TrainerSettings } from '../config.js';
import { forwardBackward, forwardLogits, forwardLoss, type Pass } from '../loop.js';
import { clipFactor } from '../optimizer.js';
import { activationBytes } from '../recompute.js';
import { createTrainable, FrozenBlocks, type Trainable, type TrainableSource } from '../trainable/index.js';

/** What a rank computes with. */
export interface RankRuntime {
  readonly engine: Engine;
  readonly transformer: Transformer;
  readonly communicator: Communicator;
  /** Break a step off between two blocks. With several ranks there are none: one that stopped would leave others waiting. */
  readonly signals: readonly AbortSignal[];
  readonly onCheckpoint: (event: CheckpointEvent) => void;
}

/** Where a rank's weights come from. */
export interface RankSource {
  readonly model: TrainableSource;
  /** Of the adapters, where those are trained; one block a layer. */
  readonly adapter?: TrainableSource | undefined;
}

/** Something that one rank wants and all must know. */
export interface Wishes {
  /** A checkpoint after this step. */
  readonly save: boolean;
  /** A checkpoint, and no step after this one. */
  readonly stop: boolean;
  /** No step after this one, whatever is lost. */
  readonly abort: boolean;
}

export interface StepOrder {
  /** Counts from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Of the whole step, on all ranks. */
  readonly supervisedTokens: number;
  readonly wishes: Wishes;
}

/** Where the loss or the gradient stopped being a number. */
export interface StepFault {
  readonly what: 'loss' | 'gradient';
  /** Number of the micro-batch, where it is known. */
  readonly microBatch?: number;
}

export interface StepOutcome {
  /** Over the supervised tokens of all ranks. */
  readonly lossSum: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** Of any rank. */
  readonly wishes: Wishes;
  /** When it is there, the step was not taken. */
  readonly fault?: StepFault;
}

/** Reads one micro-batch of this rank; `undefined` where it has none while another rank has. */
export type LoadBatch = () => Promise<PackedBatch | undefined>;

/** One rank of a training: every method but {@link release} is collective. */
export class RankTrainer {
  readonly #runtime: RankRuntime;
  readonly #settings: TrainerSettings;
  readonly #trainable: Trainable;
  readonly #frozen: FrozenBlocks | undefined;
  readonly #pass: Pass;
  readonly #checkpoints: TrainingCheckpoints | undefined;
  #opened: TrainingCheckpoint | undefined;

  private constructor(
    runtime: RankRuntime,
    settings: TrainerSettings,
    parts: {
      readonly trainable: Trainable;
      readonly frozen: FrozenBlocks | undefined;
      readonly checkpoints: TrainingCheckpoints | false;
    },
  ) {
    this.#runtime = runtime;
    this.#settings = settings;
    this.#trainable = parts.trainable;
    this.#frozen = parts.frozen;
    this.#checkpoints = parts.checkpoints || undefined;
    const { engine, transformer, signals } = runtime;
    const { lora } = settings;
    this.#pass = {
      engine,
      transformer,
      signals,
      parameters: (parts.frozen ?? parts.trainable).parameters,
      adapter: lora && { lora, parameters: parts.trainable.parameters },
    };
  }

  static async create(runtime: RankRuntime, settings: TrainerSettings, source: RankSource): Promise<RankTrainer> {
    const { engine, transformer, communicator, onCheckpoint } = runtime;
    const { lora } = settings;
    const blocks = lora === undefined ? transformer.blocks : loraBlocks(transformer.shape, lora);
    // Before anything is taken from the model: a directory that cannot be written to costs nothing yet.
    const checkpoints =
      settings.checkpoints &&
      (await TrainingCheckpoints.open(
        { directory: settings.checkpoints.directory, keep: settings.checkpoints.keep },
        { communicator, blocks, onEvent: onCheckpoint },
      ));
    let frozen: FrozenBlocks | undefined;
    try {
      if (lora !== undefined)
        frozen = await FrozenBlocks.create(engine, transformer.blocks, communicator, settings, source.model);
      const from = lora === undefined ? source.model : source.adapter!;
      const trainable = await createTrainable(engine, blocks, communicator, settings, from);
      return new RankTrainer(runtime, settings, { trainable, frozen, checkpoints });
    } catch (error) {
      frozen?.release();
      if (checkpoints) await checkpoints[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Measured by all ranks at once: they may share a machine. @returns the sum, `undefined` where one cannot tell */
  async peak(): Promise<number | undefined> {
    const { engine, communicator } = this.#runtime;
    const sums = Float64Array.of((await engine.peak?.()) ?? Number.NaN);
    await communicator.allReduce(sums);
    return Number.isNaN(sums[0]) ? undefined : sums[0];
  }

  /** Takes one optimizer step, unless its loss or gradient is no number: then nothing has changed. */
  async step(loads: readonly LoadBatch[], order: StepOrder): Promise<StepOutcome> {
    const trainable = this.#trainable;
    try {
      const computed = await this.#computeGradients(loads, order);
      if (computed.fault !== undefined) return { ...computed, gradientNorm: Number.NaN };
      await trainable.reduceGradients();
      const gradientNorm = await trainable.gradientNorm();
      if (!Number.isFinite(gradientNorm)) return { ...computed, gradientNorm, fault: { what: 'gradient' } };
      for (const signal of this.#runtime.signals) signal.throwIfAborted();
      const { step, learningRate } = order;
      const gradientScale = clipFactor(gradientNorm, this.#settings.maxGradientNorm);
      await trainable.update({ step, learningRate, gradientScale });
      await this.#checkpoints?.advance();
      return { ...computed, gradientNorm };
    } finally {
      await trainable.clearGradients();
    }
  }

  async #computeGradients(
    loads: readonly LoadBatch[],
    { step, supervisedTokens, wishes }: StepOrder,
  ): Promise<Omit<StepOutcome, 'gradientNorm'>> {
    const { engine, communicator } = this.#runtime;
    const { recompute, seed } = this.#settings;
    const options = {
      gradients: this.#trainable.gradients,
      gradientScale: 1 / supervisedTokens,
      activationBytes: activationBytes(recompute, engine, communicator),
      dropoutSeed: (layer: number) => loraDropoutSeed(seed, step, layer),
    };
    let lossSum = 0;
    for (const [microBatch, load] of loads.entries()) {
      lossSum += await forwardBackward(this.#pass, (await load()) ?? NOTHING, options);
      // With others, all go on to the end of the step: they would wait for this rank.
      if (!Number.isFinite(lossSum) && communicator.worldSize === 1)
        return { lossSum, wishes, fault: { what: 'loss', microBatch } };
    }
    const sums = Float64Array.of(lossSum, Number(wishes.save), Number(wishes.stop), Number(wishes.abort));
    await communicator.allReduce(sums);
    const [sum, save, stop, abort] = sums as unknown as [number, number, number, number];
    const together = { lossSum: sum, wishes: { save: save > 0, stop: stop > 0, abort: abort > 0 } };
    if (Number.isFinite(together.lossSum)) return together;
    await this.#trainable.reduceGradients();
    return { ...together, fault: { what: 'loss' } };
  }

  /** @returns the sum of the losses, on all ranks, of the supervised tokens. */
  async evaluate(loads: readonly LoadBatch[]): Promise<number> {
    let lossSum = 0;
    for (const load of loads) lossSum += await forwardLoss(this.#pass, (await load()) ?? NOTHING);
    const sums = Float64Array.of(lossSum);
    await this.#runtime.communicator.allReduce(sums);
    return sums[0]!;
  }

  /** Computed by rank 0; the others only bring their shares of the blocks. @returns `[V]`, on every rank */
  async logits(tokens: Int32Array): Promise<Float32Array> {
    const { communicator } = this.#runtime;
    const sequenceStarts = Int32Array.of(0, tokens.length);
    const packed = { tokens, labels: tokens.map(() => IGNORED_LABEL), sequenceStarts };
    const logits_V = await forwardLogits(this.#pass, communicator.rank === 0 ? packed : NOTHING);
    await communicator.broadcast(logits_V, 0);
    return logits_V;
  }

  /**
   * Opens the checkpoint to go on from, to see what it holds before anything changes.
   *
   * @param from - its directory, or `auto` for the newest whole one, where there is one.
   */
  async openCheckpoint(from: string, options: CallOptions): Promise<ResumedState | undefined> {
    const opened =
      from === 'auto'
        ? await this.#checkpoints?.latest(options)
        : await openTogether(resolve(from), this.#runtime.communicator, options);
    this.#opened = opened;
    return opened && { state: opened.state, path: opened.path };
  }

  /** Goes on from the checkpoint that was opened last. */
  async restore(): Promise<void> {
    const checkpoint = this.#opened!;
    const { transformer } = this.#runtime;
    const { lora } = this.#settings;
    const blocks = lora === undefined ? transformer.blocks : loraBlocks(transformer.shape, lora);
    for (const kind of ['parameters', 'firstMoment', 'secondMoment'] as const)
      await this.#trainable.restore(kind, (block, start, into) => checkpoint.read(kind, blocks[block]!, start, into));
  }

  /** Begins a checkpoint: settles when everything is copied and training can go on. */
  async save(state: TrainingState): Promise<void> {
    await this.#checkpoints?.save(state, this.#trainable.pieces());
  }

  /** Waits for the checkpoint that is being written. */
  async settle(): Promise<void> {
    await this.#checkpoints?.settle();
  }

  /** Puts the trained parameters of a block together. @param into - filled where it is given */
  readBlock(block: number, into: Float32Array | undefined): Promise<void> {
    return this.#trainable.readBlock(block, into);
  }

  async release(): Promise<void> {
    await this.#checkpoints?.[Symbol.asyncDispose]();
    this.#trainable.release();
    this.#frozen?.release();
  }
}

export interface ResumedState {
  readonly state: TrainingState;
  readonly path: string;
}

/** What a rank computes that has nothing to do, so that the others find it where they meet. */
const NOTHING: PackedBatch = {
  tokens: Int32Array.of(0),
  labels: Int32Array.of(-100),
  sequenceStarts: Int32Array.of(0, 1),
};
