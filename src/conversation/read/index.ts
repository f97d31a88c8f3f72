export { type ReadChatDatasetOptions, readLmsysChat, readWildChat } from './chat-datasets.js';
export { type ReadChatGPTExportOptions, readChatGPTExport } from './chatgpt-export.js';
export {
  type ReadConversationsOptions,
  type ReadConversationsSettings,
  readConversations,
  readConversationsSchema,
} from './detect.js';
export { exportFiles } from './export-files.js';
export { type ReadOpenAIMessagesOptions, readOpenAIMessages } from './openai-messages.js';
export type { ConversationSource, ReadImages, ReadOptions } from './options.js';
export { type RecordBytes, readRecord, splitRecords } from './record-bytes.js';
export { badRecord, type SkippedRecord } from './records.js';
export type { ReadReport, ReadSkipReason, ReadSkips } from './report.js';
export { type ReadShareGPTOptions, readShareGPT } from './share-gpt.js';
