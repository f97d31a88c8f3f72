export type { CleaningReportConfig, CleaningReportInput, RejectExample } from './cleaning/report.js';
export * from './evaluation/index.js';
export type { EvaluationReportConfig, EvaluationReportInput } from './html/evaluation/report.js';
export type { ReportConfig, ReportFile } from './html/report-config.js';
export { cleaningReport, evaluationReport, trainingReport } from './reports.js';
export type { TrainingReportConfig, TrainingReportOptions } from './training/report.js';
