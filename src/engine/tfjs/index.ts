export type { TfjsBackend } from './device.js';
export { TfjsEngine } from './engine.js';
export { BackendMissing, GPU_PACKAGE, isGpuPackageInstalled, loadDevice } from './load.js';
