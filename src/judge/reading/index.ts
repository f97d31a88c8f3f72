export { readScores, type ScoresReading } from './scores.js';
export { readSingle, type SingleReading } from './single.js';
export { readVerdict, type VerdictReading } from './verdict.js';

/** Counts up when a rule changes what a reply is read as: judgments are then read anew from the replies in the store. */
export const readingVersion = 1;
