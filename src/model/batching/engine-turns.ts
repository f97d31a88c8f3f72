/** Gives an engine one job of a model at a time, in the order of asking. */
export class EngineTurns {
  #last: Promise<unknown> = Promise.resolve();
  #closed: { readonly reason: unknown } | undefined;

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Runs a job while no other touches the engine through this model. Rejects once closed. */
  exclusive<Result>(job: () => Promise<Result>): Promise<Result> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed.reason);
    const result = this.#last.then(job);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Refuses whatever comes later; resolves when nothing is being computed any more. */
  async close(reason: unknown): Promise<void> {
    this.#closed ??= { reason };
    await this.#last;
  }
}
