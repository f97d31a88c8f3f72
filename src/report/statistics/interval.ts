/** Two ends, both within. @public */
export interface Interval {
  readonly low: number;
  readonly high: number;
}
