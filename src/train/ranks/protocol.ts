import type { CheckpointEvent, TrainingState } from '../../checkpoint/index.js';
import type { VicunaErrorCode } from '../../core/index.js';
import type { EngineOptions, ModelShape, PackedBatch } from '../../engine/index.js';
import type { TrainerSettings } from '../config.js';
import type { StepOrder } from './rank-trainer.js';

/** What every thread begins with. */
export interface RankData {
  readonly settings: TrainerSettings;
  readonly shape: ModelShape;
  readonly engine: EngineOptions;
}

export type MaybeBatch = PackedBatch | undefined;

/** What the starting thread asks of every rank at once; each answers with one {@link RankReply}, before a piece of a block. */
export type RankCommand =
  /** A piece of a block's parameters, from `start` on, in shared memory: for the rank to take its share of. */
  | { readonly type: 'block'; readonly start: number; readonly values: Float32Array; readonly isLast: boolean }
  | { readonly type: 'open-checkpoint'; readonly from: string }
  | { readonly type: 'restore' }
  | { readonly type: 'peak' }
  | { readonly type: 'step'; readonly batches: readonly MaybeBatch[]; readonly order: StepOrder }
  | { readonly type: 'evaluate'; readonly batches: readonly MaybeBatch[] }
  | { readonly type: 'logits'; readonly tokens: Int32Array }
  | { readonly type: 'save'; readonly state: TrainingState }
  | { readonly type: 'settle' }
  /** Rank 0 fills in the block, in shared memory. */
  | { readonly type: 'read-block'; readonly block: number; readonly into: Float32Array }
  | { readonly type: 'end' };

export interface RankReply {
  readonly value: unknown;
  /** Why every rank refused, where the job as such goes on. */
  readonly refusal?: { readonly code: VicunaErrorCode; readonly message: string };
  /** What has happened to checkpoints since the last reply. */
  readonly events: readonly CheckpointEvent[];
}
