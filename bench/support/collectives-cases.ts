export const OPERATIONS = ['allGather', 'reduceScatter', 'allReduce'] as const;
export const MEGABYTES = [1, 64];

/** Seconds that calls took, by what was called: `allGather 64`. */
export type Times = Record<string, number[]>;
