export {
  type CleanOptions,
  type CleanReport,
  type CleanResult,
  cleanerConfigSchema,
  type LanguageFilter,
  type Reject,
  type RejectReason,
  rejectReasons,
  ShareGPTCleaner,
  type ShareGPTCleanerConfig,
} from './cleaner/index.js';
export { htmlToMarkdown } from './html/index.js';
export {
  ExampleStore,
  type ExampleStoreOptions,
  PackedDataset,
  type PackedStep,
  type PackingConfig,
  type PackingCursor,
  packingConfigSchema,
  type StepPlan,
} from './packing/index.js';
export {
  type PrepareConfig,
  type PrepareCounts,
  type PreparedInput,
  type PreparedManifest,
  type PrepareEvent,
  type PrepareOptions,
  type PreparePlan,
  type PrepareReport,
  prepareConfigSchema,
  prepareDataset,
  type RejectLine,
  readPrepared,
  type ShardFile,
} from './prepare/index.js';
export {
  ConversationSegmenter,
  type SegmenterConfig,
  type SegmentRejectReason,
  type SegmentReport,
  segmenterConfigSchema,
} from './segmenter/index.js';
export {
  type ExplainOptions,
  explainMask,
  type SupervisedExample,
  type SupervisionConfig,
  type SupervisionRejection,
  type SupervisionRejectReason,
  type SupervisionReport,
  type SupervisionRuntime,
  superviseConversations,
  supervisionConfigSchema,
} from './supervised/index.js';
