export {
  ExampleStore,
  type ExampleStoreOptions,
  PackedDataset,
  type PackedStep,
  type PackingConfig,
  type PackingCursor,
  packingConfigSchema,
  type StepPlan,
} from './packing/index.js';
export type { SupervisedExample } from './supervised/example.js';
