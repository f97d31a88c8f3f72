export { type SegmenterConfig, segmenterConfigSchema } from './config.js';
export { cutConversation } from './cut-conversation.js';
export { addTally, emptyTally, type SegmentReport } from './report.js';
export type { SegmentRejectReason } from './rounds.js';
export { ConversationSegmenter } from './segmenter.js';
