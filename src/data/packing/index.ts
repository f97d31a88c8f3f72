export { type PackingConfig, packingConfigSchema } from './config.js';
export { PackedDataset, type PackedStep, type PackingCursor } from './dataset.js';
export { NumberList } from './numbers.js';
export { planEpoch, type StepPlan } from './plan.js';
export { ExampleStore, type ExampleStoreOptions } from './store.js';
