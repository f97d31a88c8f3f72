export { type TrainingReportConfig, type TrainingReportOptions, trainingReport } from './report.js';
