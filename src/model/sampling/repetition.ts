/**
 * Makes tokens that are already there less likely (Keskar et al. 2019, CTRL): a positive logit is divided by the
 * penalty, a negative one multiplied, once however often the token occurs. Prompt and reply both count, as in
 * transformers' `RepetitionPenaltyLogitsProcessor`.
 */
export class RepetitionPenalty {
  readonly #penalty: number;
  readonly #isPresent: Uint8Array;
  readonly #present: number[] = [];

  constructor(penalty: number, vocabularySize: number) {
    this.#penalty = penalty;
    this.#isPresent = new Uint8Array(vocabularySize);
  }

  add(tokens: Iterable<number>): void {
    for (const token of tokens) {
      if (this.#isPresent[token] !== 0) continue;
      this.#isPresent[token] = 1;
      this.#present.push(token);
    }
  }

  /** Changes the logits `[V]` in place. */
  apply(logits_V: Float32Array): void {
    for (const token of this.#present) {
      const logit = logits_V[token]!;
      logits_V[token] = logit < 0 ? logit * this.#penalty : logit / this.#penalty;
    }
  }
}
