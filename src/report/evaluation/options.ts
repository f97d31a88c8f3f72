import type { Vote } from '../../conversation/index.js';
import type { CallOptions, Source } from '../../core/index.js';

/** What a summary is made from beside judgments, and how the call is watched. @public */
export interface SummarizeEvaluationOptions extends CallOptions {
  /** People's votes, for ratings of their own and for how far judges agree with people. */
  readonly votes?: Source<Vote> | undefined;
}
