export type { CollectiveArray, Communicator } from './communicator.js';
export { type ShardRange, shardRange } from './shard.js';
export { SingleRank } from './single.js';
