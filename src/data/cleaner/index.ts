export { type CleanOptions, type Examination, ShareGPTCleaner } from './cleaner.js';
export { cleanerConfigSchema, type LanguageFilter, type ShareGPTCleanerConfig } from './config.js';
export { type ConversationPrint, KnownConversations } from './duplicates.js';
export { loadLanguageDetector } from './language.js';
export {
  type CleanReport,
  type CleanResult,
  CleanTally,
  type Reject,
  type RejectReason,
  rejectReasons,
} from './report.js';
export { type Objection, settle } from './settle.js';
