export { type Assumption, type CostAssumptionName, type CostAssumptions, costAssumptions } from './cost/assumptions.js';
export { type CheckpointTiming, optimalCheckpointInterval } from './cost/checkpoint-interval.js';
export {
  type CostEstimate,
  type CostEstimateConfig,
  type CostModelShape,
  type CostOption,
  estimateCost,
  type SpotOverhead,
} from './cost/estimate.js';
export type { MachineConfig, Placement } from './documents/machine-config.js';
export {
  type ReadinessConfig,
  type ReplicaConfig,
  type ServingServiceConfig,
  servingService,
} from './documents/serving-service.js';
export {
  type CheckpointBucket,
  type RecoveryConfig,
  type SpotTrainingConfig,
  spotTrainingTask,
} from './documents/training-task.js';
export { type BestCheckpointInterval, bestCheckpointInterval, type IntervalGoal } from './simulation/best-interval.js';
export type { SpotSimulationConfig, SpotZone } from './simulation/config.js';
export { type Distribution, type SpotSimulation, simulateSpot } from './simulation/simulate.js';
export { parseSkyPilotTask } from './skypilot/parse.js';
export type {
  SkyPilotCandidate,
  SkyPilotEnvironment,
  SkyPilotJobRecovery,
  SkyPilotReadinessProbe,
  SkyPilotReplicaPolicy,
  SkyPilotResources,
  SkyPilotService,
  SkyPilotStorage,
  SkyPilotTask,
} from './skypilot/types.js';
export { toSkyPilotYaml } from './skypilot/yaml.js';
