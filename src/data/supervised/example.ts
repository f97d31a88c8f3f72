/**
 * One conversation as the model reads it: token ids, and for each of them whether it is learned.
 *
 * @public
 */
export interface SupervisedExample {
  /** Id of the conversation (or segment) it was made from. */
  readonly id: string;
  /** Id of the conversation that segment was cut from. */
  readonly segmentOf?: string | undefined;
  /** Token ids `[T]`. */
  readonly tokens: Int32Array;
  /** Labels `[T]`: the token itself inside an assistant's reply and its end token, -100 (not learned) elsewhere. */
  readonly labels: Int32Array;
  /** How many labels are learned. Counted from index 1: the first label is never a target, nothing comes before it. */
  readonly supervisedTokens: number;
}
