export type { EvaluationConfig, TrainerConfig } from './config.js';
export { type Divergence, TrainingDivergedError } from './errors.js';
export type {
  EpochEndEvent,
  EvaluationEndEvent,
  StepEndEvent,
  TrainEndEvent,
  TrainEvent,
  TrainResult,
  TrainStartEvent,
} from './events.js';
export type { ScheduleName } from './schedule.js';
export { type TrainerRuntime, VicunaTrainer } from './trainer.js';
