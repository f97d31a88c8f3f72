export { type ModelProvider, OverloadedError, type Routing, type ServedModel, WorkerLostError } from './types.js';
