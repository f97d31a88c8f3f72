/** What producers push and one consumer iterates; leaving the loop calls `left`. */
export class MessageQueue<Message> implements AsyncIterable<Message> {
  readonly #left: () => Promise<void>;
  readonly #waiting: Message[] = [];
  #end: { readonly error?: unknown; readonly failed: boolean } | undefined;
  #wake: (() => void) | undefined;

  constructor(left: () => Promise<void>) {
    this.#left = left;
  }

  push(message: Message): void {
    this.#waiting.push(message);
    this.#wake?.();
  }

  close(): void {
    this.#finish({ failed: false });
  }

  /** Ends the loop with this error, after the messages that came before. */
  fail(error: unknown): void {
    this.#finish({ error, failed: true });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Message, void, undefined> {
    try {
      for (;;) {
        yield* this.#waiting.splice(0);
        if (this.#waiting.length > 0) continue;
        if (this.#end?.failed) throw this.#end.error;
        if (this.#end !== undefined) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      if (this.#end === undefined) await this.#left();
    }
  }

  #finish(end: { readonly error?: unknown; readonly failed: boolean }): void {
    this.#end ??= end;
    this.#wake?.();
  }
}
