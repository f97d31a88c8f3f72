export {
  type EvaluationReportConfig,
  type EvaluationReportInput,
  evaluationReport,
} from './evaluation/report.js';
export type { ReportConfig, ReportFile } from './report-config.js';
