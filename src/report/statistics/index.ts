export type { Interval } from './interval.js';
