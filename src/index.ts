export type {
  ChatModel,
  ChatOptions,
  Conversation,
  Generation,
  Message,
  Role,
  TextDelta,
  Usage,
} from './conversation/index.js';
export type { CallOptions, Progress, Run, Source } from './core/index.js';
export { ConfigError, DataError, VicunaError, type VicunaErrorCode } from './core/index.js';
