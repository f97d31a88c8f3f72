export type { PageConfig } from './chat-page/index.js';
export {
  type ApiKey,
  type ApiKeyScope,
  createApiKey,
  createHandler,
  type HandlerConfig,
  type HandlerRuntime,
  hashApiKey,
  type KeyLimits,
  type ListenConfig,
  listen,
  type ModerationLogEntry,
  type ModerationPolicy,
  openApiDocument,
  type RequestLogEntry,
  type ServeHandler,
  type ServeLogEntry,
  type ServeServer,
} from './http/index.js';
export { type ModelProvider, OverloadedError, type Routing, type ServedModel, WorkerLostError } from './types.js';
export type { VotesConfig } from './votes/index.js';
