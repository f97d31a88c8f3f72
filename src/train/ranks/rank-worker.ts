// What each thread of a training with several ranks runs: an entry of the build of its own.
import { runRank } from '../../collectives/index.js';
import { trainingRank } from './training-rank.js';

// Not awaited: the build for CommonJS has no top level to await at. A rejection ends the thread and reaches its starter.
void runRank(trainingRank);
