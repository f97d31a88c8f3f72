export type { TfjsBackend } from './device.js';
export { TfjsEngine } from './engine.js';
export { BackendMissing, loadDevice } from './load.js';
