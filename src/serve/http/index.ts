export { type ApiKey, type ApiKeyScope, createApiKey, hashApiKey, type KeyLimits } from './access/api-keys.js';
export type { HandlerConfig } from './config.js';
export type { ModerationLogEntry, RequestLogEntry, ServeLogEntry } from './exchange/log.js';
export { createHandler } from './handler.js';
export { type ListenConfig, listen, type ServeServer } from './listen.js';
export type { ModerationPolicy } from './moderation/policy.js';
export type { HandlerRuntime, ServeHandler } from './serve-handler.js';
