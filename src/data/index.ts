export { inBatches } from './batches.js';
export {
  type CleanOptions,
  type CleanReport,
  type CleanResult,
  cleanerConfigSchema,
  type LanguageFilter,
  loadLanguageDetector,
  type Reject,
  type RejectReason,
  rejectReasons,
  ShareGPTCleaner,
  type ShareGPTCleanerConfig,
} from './cleaner/index.js';
export {
  type ContaminatedOptions,
  type ContaminationConfig,
  type ContaminationHit,
  type ContaminationReport,
  type EvaluationText,
  findContamination,
  removeContaminated,
} from './contamination/index.js';
export { htmlToMarkdown } from './html/index.js';
export { type IdentityConfig, identityConversations } from './identity/index.js';
export {
  filterByModeration,
  type ModerationReject,
  type ModerationReport,
  type ModerationStageConfig,
  type ModerationStageOptions,
  type TextJudge,
} from './moderation/index.js';
export {
  estimateSimilarity,
  type MinHashConfig,
  minHashSignature,
  type NearDuplicate,
  type NearDuplicateConfig,
  type NearDuplicateOptions,
  type NearDuplicateReport,
  removeNearDuplicates,
  shingleSimilarity,
} from './near-duplicates/index.js';
export {
  ExampleStore,
  type ExampleStoreOptions,
  NumberList,
  PackedDataset,
  type PackedStep,
  type PackingConfig,
  type PackingCursor,
  packingConfigSchema,
  planEpoch,
  type StepPlan,
} from './packing/index.js';
export {
  holdsShards,
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
  readManifest,
  readPrepared,
  type ShardFile,
} from './prepare/index.js';
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
  addTally,
  ConversationSegmenter,
  cutConversation,
  emptyTally,
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
