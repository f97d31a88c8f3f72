export {
  type CleaningReportConfig,
  type CleaningReportInput,
  cleaningReport,
  type RejectExample,
} from './report.js';
