export type { ByteSource } from '../io/index.js';
export type {
  ChatFeature,
  ChatModel,
  ChatOptions,
  CompletionModel,
  DrawnToken,
  Embedding,
  EmbeddingModel,
  Generation,
  JsonSchema,
  ResponseFormat,
  TextDelta,
  TokenProbability,
  Usage,
} from './chat-model.js';
export {
  assertSupervisable,
  type ChatTemplate,
  type ChatTemplateOptions,
  chatTemplate,
  dateSchema,
  type JsonValue,
  type TemplateTokens,
  templateVariablesSchema,
} from './chat-template/index.js';
export { toConversation } from './convert.js';
export type { ModerationVerdict } from './moderation-verdict.js';
export type { RawConversation, RawTurn } from './raw.js';
export {
  badRecord,
  type ConversationSource,
  exportFiles,
  type ReadChatDatasetOptions,
  type ReadChatGPTExportOptions,
  type ReadConversationsOptions,
  type ReadConversationsSettings,
  type ReadImages,
  type ReadOpenAIMessagesOptions,
  type ReadOptions,
  type ReadReport,
  type ReadShareGPTOptions,
  type ReadSkipReason,
  type ReadSkips,
  type RecordBytes,
  readChatGPTExport,
  readConversations,
  readConversationsSchema,
  readLmsysChat,
  readOpenAIMessages,
  readRecord,
  readShareGPT,
  readWildChat,
  type SkippedRecord,
  splitRecords,
} from './read/index.js';
export type { RenderedConversation, RenderedPrompt, RenderedTurn, SupervisedSpan } from './rendered.js';
export { type ReplyShape, replyShape } from './reply-shape.js';
export { roleOf } from './roles.js';
export { conversationSchema } from './schema.js';
export {
  type FramedTemplate,
  isChatTemplate,
  type MessageFrame,
  type PromptTemplate,
  type PromptTemplateName,
  promptTemplateSchema,
  templateChoiceSchema,
  vicunaV0,
  vicunaV1_1,
  withEndToken,
} from './template.js';
export { renderConversation, renderPrompt } from './template-render.js';
export type { Conversation, Message, Role } from './types.js';
export { type Vote, type VoteOutcome, voteSchema } from './vote.js';
export { type WriteConversationsOptions, type WriteReport, writeConversations } from './write.js';
