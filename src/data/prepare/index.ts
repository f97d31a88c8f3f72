export { type PrepareConfig, type PrepareOptions, prepareConfigSchema } from './config.js';
export type { PrepareCounts } from './counts.js';
export { holdsShards, type PreparedManifest, readManifest } from './manifest.js';
export type { PreparedInput, PreparePlan } from './plan.js';
export { type PrepareEvent, type PrepareReport, prepareDataset } from './prepare.js';
export { readPrepared } from './read-prepared.js';
export type { RejectLine, ShardFile } from './shard.js';
