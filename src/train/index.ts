export type { CheckpointConfig, EvaluationConfig, SamplesConfig, TensorBoardConfig, TrainerConfig } from './config.js';
export { type Divergence, TrainingDivergedError } from './errors.js';
export type {
  EpochEndEvent,
  EvaluationEndEvent,
  LogFailEvent,
  SampleEvent,
  StepEndEvent,
  TrainEndEvent,
  TrainEvent,
  TrainFailEvent,
  TrainResult,
  TrainStartEvent,
} from './events.js';
export { type ExportConfig, type ExportedModel, exportModel } from './export-model.js';
export {
  FEW_STEPS,
  type PlanConfig,
  type PlanEvent,
  type PlannedData,
  type PlannedMemory,
  type PlannedSteps,
  type PlannedTime,
  type PlanWarning,
  type TrainingPlan,
} from './plan/index.js';
export type {
  LearningRateEvent,
  LearningRateSearch,
  LearningRateSearchConfig,
  TriedLearningRate,
} from './rate-search/index.js';
export type { ScheduleName } from './schedule.js';
export { TrainingInterruptedError } from './termination.js';
export type { ShardingMode } from './trainable/index.js';
export { type TrainerRuntime, VicunaTrainer } from './trainer.js';
