export { type SegmenterConfig, segmenterConfigSchema } from './config.js';
export type { SegmentReport } from './report.js';
export type { SegmentRejectReason } from './rounds.js';
export { ConversationSegmenter } from './segmenter.js';
