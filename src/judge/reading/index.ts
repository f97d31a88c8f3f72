export { readScores, type ScoresReading } from './scores.js';
export { readSingle, type SingleReading } from './single.js';
export { readVerdict, type VerdictReading } from './verdict.js';
