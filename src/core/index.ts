export { parseConfig, type Resolved } from './config.js';
export {
  ConfigError,
  type ConfigIssue,
  DataError,
  type DataLocation,
  VicunaError,
  type VicunaErrorCode,
} from './errors.js';
export { type InOrderOptions, mapInOrder } from './map-in-order.js';
export type { CallOptions, Progress } from './progress.js';
export { Random, type RandomState } from './random.js';
export { type Run, type RunBody, type Source, startRun } from './run.js';
export { TemporaryFloats } from './temporary-floats.js';
