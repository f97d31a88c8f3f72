export { type CleanOptions, ShareGPTCleaner } from './cleaner.js';
export { cleanerConfigSchema, type LanguageFilter, type ShareGPTCleanerConfig } from './config.js';
export { loadLanguageDetector } from './language.js';
export { type CleanReport, type CleanResult, type Reject, type RejectReason, rejectReasons } from './report.js';
