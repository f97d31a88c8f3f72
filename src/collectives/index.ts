export type { CollectiveArray, Communicator } from './communicator.js';
export { CollectiveMismatchError, RankError, type RankFailure } from './errors.js';
export { selectDevice } from './mpi/device.js';
export { joinMpi, type MpiOptions } from './mpi/join.js';
export { type LaunchedProcess, launchedProcess } from './mpi/launcher.js';
export { type ShardRange, shardRange } from './shard.js';
export { SingleRank } from './single.js';
export { joinThreads } from './threads/communicator.js';
export {
  launchRanks,
  type RankLaunch,
  type RankLaunchOptions,
  type RankMessage,
  type Ranks,
} from './threads/launch.js';
export { type RankContext, runRank } from './threads/rank.js';
export type { ThreadsTicket } from './threads/ticket.js';
export { workerFile } from './threads/worker-file.js';
export { createThreadsWorld, type ThreadsWorld } from './threads/world.js';
