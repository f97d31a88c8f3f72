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
