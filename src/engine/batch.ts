import { VicunaError } from '../core/index.js';

/**
 * A micro-batch: sequences laid end to end, nothing padded. Attention never crosses a sequence and positions restart at
 * each.
 *
 * @public
 */
export interface PackedBatch {
  /** Token ids `[T]`. */
  readonly tokens: Int32Array;
  /** Labels `[T]`, aligned with `tokens` as in Hugging Face: the token itself where it is learned, -100 where not. */
  readonly labels: Int32Array;
  /** Where each sequence starts, `[S + 1]`, first 0, last T. Empty sequences are allowed. */
  readonly sequenceStarts: Int32Array;
  /**
   * A number for each sequence `[S]` that stays with it wherever it is packed: dropout draws by it, so that neither
   * micro-batches nor ranks change what is dropped.
   *
   * @defaultValue its place in the batch
   */
  readonly sequenceIds?: Int32Array | undefined;
}

/** The label of a token that is not learned. Hugging Face and PyTorch use the same number. @public */
export const IGNORED_LABEL = -100;

/**
 * What each position has to predict: the next label of its own sequence. A sequence's first label is never a target,
 * since nothing comes before it.
 *
 * @returns targets `[T]`, -100 where there is nothing to predict.
 */
export function nextTokenTargets(batch: PackedBatch): Int32Array {
  const { labels, sequenceStarts } = batch;
  const targets = new Int32Array(labels.length).fill(IGNORED_LABEL);
  for (let sequence = 0; sequence + 1 < sequenceStarts.length; sequence++) {
    const start = sequenceStarts[sequence]!;
    const end = sequenceStarts[sequence + 1]!;
    if (end - start > 1) targets.set(labels.subarray(start + 1, end), start);
  }
  return targets;
}

/** What dropout knows the sequences of a batch by, `[S]`. */
export function sequenceIds(batch: PackedBatch): Int32Array {
  return batch.sequenceIds ?? Int32Array.from({ length: batch.sequenceStarts.length - 1 }, (_, sequence) => sequence);
}

/** How many positions of a batch have something to predict: the denominator of its mean loss. */
export function supervisedTokens(batch: PackedBatch): number {
  return nextTokenTargets(batch).reduce((count, target) => (target === IGNORED_LABEL ? count : count + 1), 0);
}

/**
 * Checks a batch once, so that engines need not.
 *
 * @throws VicunaError `engine-failed` naming the position and value at fault.
 */
export function assertBatch(batch: PackedBatch, vocabularySize: number): void {
  const { tokens, labels, sequenceStarts } = batch;
  const fail = (problem: string): never => {
    throw new VicunaError('engine-failed', `The batch cannot be computed: ${problem}.`);
  };
  if (labels.length !== tokens.length) fail(`${tokens.length} tokens but ${labels.length} labels`);
  if (sequenceStarts[0] !== 0 || sequenceStarts.at(-1) !== tokens.length)
    fail(`sequenceStarts must run from 0 to ${tokens.length}, not ${sequenceStarts[0]} to ${sequenceStarts.at(-1)}`);
  if (batch.sequenceIds !== undefined && batch.sequenceIds.length !== sequenceStarts.length - 1)
    fail(`${batch.sequenceIds.length} ids for ${sequenceStarts.length - 1} sequences`);
  for (let index = 1; index < sequenceStarts.length; index++)
    if (sequenceStarts[index]! < sequenceStarts[index - 1]!) fail(`sequenceStarts falls at index ${index}`);
  for (let position = 0; position < tokens.length; position++) {
    const token = tokens[position]!;
    const label = labels[position]!;
    if (token < 0 || token >= vocabularySize)
      fail(`token ${token} at position ${position} is outside the vocabulary of ${vocabularySize}`);
    if (label !== IGNORED_LABEL && (label < 0 || label >= vocabularySize))
      fail(`label ${label} at position ${position} is neither ${IGNORED_LABEL} nor inside the vocabulary`);
  }
}
