export { type ResolvedVotesConfig, type VotesConfig, votesConfigSchema } from './config.js';
export { Pseudonyms } from './pseudonym.js';
export { type KeptVote, VoteLog } from './vote-log.js';
