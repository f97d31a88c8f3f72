import { type CheckpointEvent, onEveryRank, type TrainingState } from '../../checkpoint/index.js';
import type { Communicator } from '../../collectives/index.js';
import type { CallOptions } from '../../core/index.js';
import type { PackedDataset, PackedStep } from '../../data/index.js';
import type { TrainerSettings } from '../config.js';
import { dealMicroBatches, type RankGroup } from './rank-group.js';
import {
  type LoadBatch,
  type RankRuntime,
  type RankSource,
  RankTrainer,
  type ResumedState,
  type StepOrder,
  type StepOutcome,
} from './rank-trainer.js';

/** This process is a rank itself: the only one, or one of a job that somebody else started. */
export class OwnRank implements RankGroup {
  readonly #communicator: Communicator;
  readonly #dataset: PackedDataset;
  readonly #trainer: RankTrainer;
  readonly #events: CheckpointEvent[];

  private constructor(
    communicator: Communicator,
    dataset: PackedDataset,
    trainer: RankTrainer,
    events: CheckpointEvent[],
  ) {
    this.#communicator = communicator;
    this.#dataset = dataset;
    this.#trainer = trainer;
    this.#events = events;
  }

  /** @param dataset - what is trained on; each rank reads its part. */
  static async create(
    runtime: Omit<RankRuntime, 'onCheckpoint'>,
    settings: TrainerSettings,
    source: RankSource,
    dataset: PackedDataset,
  ): Promise<OwnRank> {
    const events: CheckpointEvent[] = [];
    const onCheckpoint = (event: CheckpointEvent) => void events.push(event);
    const trainer = await RankTrainer.create({ ...runtime, onCheckpoint }, settings, source);
    return new OwnRank(runtime.communicator, dataset, trainer, events);
  }

  get worldSize(): number {
    return this.#communicator.worldSize;
  }

  get decidesAlone(): boolean {
    return this.worldSize === 1;
  }

  openCheckpoint(from: string, options: CallOptions): Promise<ResumedState | undefined> {
    return this.#trainer.openCheckpoint(from, options);
  }

  restore(): Promise<void> {
    return this.#trainer.restore();
  }

  peak(): Promise<number | undefined> {
    return this.#trainer.peak();
  }

  step(packed: PackedStep, order: StepOrder): Promise<StepOutcome> {
    const { rank, worldSize } = this.#communicator;
    const own = this.#dataset.distribute(packed, worldSize)[rank]!;
    return this.#trainer.step(
      own.map((examples) => this.#loader(this.#dataset, examples)),
      order,
    );
  }

  evaluate(dataset: PackedDataset): Promise<number> {
    const { rank, worldSize } = this.#communicator;
    const dealt = [...dealMicroBatches(dataset, worldSize)];
    return this.#trainer.evaluate(dealt.map((microBatches) => this.#loader(dataset, microBatches[rank])));
  }

  logits(tokens: Int32Array): Promise<Float32Array> {
    return this.#trainer.logits(tokens);
  }

  save(state: TrainingState): Promise<void> {
    return this.#trainer.save(state);
  }

  settle(): Promise<void> {
    return this.#trainer.settle();
  }

  takeEvents(): readonly CheckpointEvent[] {
    return this.#events.splice(0);
  }

  readBlock(block: number, into: Float32Array): Promise<void> {
    return this.#trainer.readBlock(block, into);
  }

  /** The others answer meanwhile, however long it takes. */
  once(work: () => Promise<void>): Promise<void> {
    return onEveryRank(this.#communicator, async () => {
      if (this.#communicator.rank === 0) await work();
    });
  }

  release(): Promise<void> {
    return this.#trainer.release();
  }

  #loader(dataset: PackedDataset, examples: readonly number[] | undefined): LoadBatch {
    return async () => (examples === undefined || examples.length === 0 ? undefined : dataset.load(examples));
  }
}
