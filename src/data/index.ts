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
  createScrubber,
  type PersonalDataCounts,
  type PersonalDataKind,
  personalDataKinds,
  type ScrubbedConversation,
  type ScrubbedText,
  type Scrubber,
  type ScrubConfig,
  type ScrubOptions,
  type ScrubReport,
  scrubConfigSchema,
  scrubPersonalData,
} from './scrub/index.js';
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
