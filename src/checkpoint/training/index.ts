export { TrainingCheckpoint } from './checkpoint.js';
export {
  TrainingCheckpoints,
  type TrainingCheckpointsConfig,
  type TrainingCheckpointsRuntime,
} from './checkpoints.js';
export type {
  CheckpointCommitEvent,
  CheckpointEvent,
  CheckpointFailEvent,
  CheckpointRemoveEvent,
  CheckpointSkipEvent,
} from './events.js';
export { onEveryRank } from './gather.js';
export type { CheckpointBlock, ShardPiece, TensorKind } from './pieces.js';
export { latestCheckpoint, openTogether } from './select.js';
export type { TrainingCursor, TrainingState } from './state.js';
export { checkpointWeights } from './weights.js';
