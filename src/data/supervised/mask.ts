import type { SupervisedSpan } from '../../conversation/index.js';
import { IGNORED_LABEL } from '../../engine/index.js';
import type { Encoding } from '../../tokenizer/index.js';

/**
 * Labels `[T]` of a tokenised conversation: a token is learned when it ends past the start of a supervised span and not
 * past its end. Nothing else is assumed of the tokenizer: no piece is tokenised twice, no lengths are corrected.
 */
export function labelReplies(encoding: Encoding, spans: readonly SupervisedSpan[]): Int32Array {
  const { ids } = encoding;
  const labels = new Int32Array(ids.length).fill(IGNORED_LABEL);
  for (const span of spans) {
    const from = encoding.firstTokenPast(span.start);
    labels.set(ids.subarray(from, encoding.firstTokenPast(span.end)), from);
  }
  return labels;
}

/** How many labels are learned. The first never is: nothing comes before it to predict it from. */
export function countSupervised(labels: Int32Array): number {
  let count = 0;
  for (let index = 1; index < labels.length; index++) if (labels[index] !== IGNORED_LABEL) count++;
  return count;
}
