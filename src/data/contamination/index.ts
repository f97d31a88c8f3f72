export { findContamination, removeContaminated } from './check.js';
export type { ContaminationConfig, EvaluationText } from './config.js';
export type { ContaminatedOptions, ContaminationHit, ContaminationReport } from './report.js';
