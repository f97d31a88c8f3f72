export { type SupervisionConfig, type SupervisionRuntime, supervisionConfigSchema } from './config.js';
export type { SupervisedExample } from './example.js';
export { type ExplainOptions, explainMask } from './explain.js';
export type { SupervisionRejection, SupervisionRejectReason, SupervisionReport } from './report.js';
export { superviseConversations } from './supervise.js';
