export { resolvePlanConfig } from './config.js';
export type {
  PlanConfig,
  PlanEvent,
  PlannedData,
  PlannedMemory,
  PlannedSteps,
  PlannedTime,
  PlanWarning,
  TrainingPlan,
} from './plan.js';
export { planRun } from './plan-run.js';
export { FEW_STEPS } from './warnings.js';
