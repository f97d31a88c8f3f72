import type { CheckpointEvent, TrainingState } from '../../checkpoint/index.js';
import type { CallOptions } from '../../core/index.js';
import type { PackedDataset, PackedStep } from '../../data/index.js';
import type { ResumedState, StepOrder, StepOutcome } from './rank-trainer.js';

/**
 * The ranks of a training as the loop over its steps sees them, wherever they run. Where this process is one rank among
 * others, all of them make the same calls.
 */
export interface RankGroup {
  readonly worldSize: number;
  /** Whether nobody but this process decides what the ranks do. */
  readonly decidesAlone: boolean;
  /** Opens the checkpoint to go on from. @param from - its directory, or `auto` for the newest whole one */
  openCheckpoint(from: string, options: CallOptions): Promise<ResumedState | undefined>;
  /** Goes on from the checkpoint that was opened last. */
  restore(): Promise<void>;
  /** Floating-point operations a second that all ranks together could do at most; `undefined` where one cannot tell. */
  peak(): Promise<number | undefined>;
  step(packed: PackedStep, order: StepOrder): Promise<StepOutcome>;
  /** @returns the sum of the losses of the dataset's supervised tokens. */
  evaluate(dataset: PackedDataset): Promise<number>;
  /** @returns logits `[V]` of what follows a sequence with the parameters as they are. */
  logits(tokens: Int32Array): Promise<Float32Array>;
  /** Begins a checkpoint. */
  save(state: TrainingState): Promise<void>;
  /** Waits for the checkpoint that is being written. */
  settle(): Promise<void>;
  /** What has happened to checkpoints since the last call. */
  takeEvents(): readonly CheckpointEvent[];
  /** Puts a trained block together. @param into - of the block's size */
  readBlock(block: number, into: Float32Array): Promise<void>;
  /** Has one process do what is to be done once; fails on all of them where it fails. */
  once(work: () => Promise<void>): Promise<void>;
  release(): Promise<void>;
}

/** Micro-batches of a dataset that each rank computes, as many for each. */
export function* dealMicroBatches(dataset: PackedDataset, worldSize: number): Generator<(readonly number[])[]> {
  let dealt: (readonly number[])[] = [];
  for (const packed of dataset.steps()) {
    if (packed.cursor.epoch > 0) break;
    for (const microBatch of packed.microBatches) {
      dealt.push(microBatch);
      if (dealt.length < worldSize) continue;
      yield dealt;
      dealt = [];
    }
  }
  if (dealt.length > 0) yield dealt;
}
