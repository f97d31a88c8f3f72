// What each thread of a training with several ranks runs.
import { runRank } from '../../collectives/index.js';
import { trainingRank } from './training-rank.js';

await runRank(trainingRank);
