/**
 * Makes what the reply holds already less likely, as OpenAI defines it: `frequency` is taken off a token's logit for every
 * time it is there, `presence` once. The prompt does not count.
 */
export class ReplyPenalties {
  readonly #frequency: number;
  readonly #presence: number;
  readonly #counts = new Map<number, number>();

  constructor(frequency: number, presence: number) {
    this.#frequency = frequency;
    this.#presence = presence;
  }

  add(token: number): void {
    this.#counts.set(token, (this.#counts.get(token) ?? 0) + 1);
  }

  /** Changes the logits `[V]` in place. */
  apply(logits_V: Float32Array): void {
    for (const [token, count] of this.#counts) logits_V[token]! -= this.#frequency * count + this.#presence;
  }
}
