// Shapes: V vocabulary.

/**
 * What may come next in one reply. It is asked before every draw and told what was drawn.
 */
export interface TokenConstraint {
  /** Sets the logits of the tokens that may not come next to -Infinity. */
  mask(logits_V: Float32Array): void;
  /** @param token - one that `mask` left. */
  accept(token: number): void;
  /** Whether the reply may end here and nothing can follow: the caller stops without another token. */
  readonly isComplete: boolean;
}
