export type { SummarizeDatasetConfig, SummarizeDatasetOptions } from './config.js';
export type { LeftOut, LeftOutReason } from './left-out.js';
export type { DatasetReportConfig, DatasetReportInput } from './report.js';
export { summarizeDataset } from './summarize.js';
export type { ContextSummary, DatasetSummary, SupervisionSummary } from './summary.js';
