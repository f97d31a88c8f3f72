export { type ScrubConfig, scrubConfigSchema } from './config.js';
export { type PersonalDataCounts, type PersonalDataKind, personalDataKinds } from './kinds.js';
export { type ScrubOptions, type ScrubReport, scrubPersonalData } from './scrub.js';
export {
  createScrubber,
  noPersonalData,
  type ScrubbedConversation,
  type ScrubbedText,
  type Scrubber,
} from './scrubber.js';
