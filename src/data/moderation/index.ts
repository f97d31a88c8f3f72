export type { ModerationStageConfig, TextJudge } from './config.js';
export {
  filterByModeration,
  type ModerationReject,
  type ModerationReport,
  type ModerationStageOptions,
} from './moderate.js';
