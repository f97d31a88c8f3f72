/** Messages that wait for one reader. */
export class Mailbox<Message> {
  readonly #waiting: Message[] = [];
  #reader: ((message: Message) => void) | undefined;

  put(message: Message): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader === undefined) this.#waiting.push(message);
    else reader(message);
  }

  async take(): Promise<Message> {
    if (this.#waiting.length > 0) return this.#waiting.shift()!;
    return new Promise((resolve) => {
      this.#reader = resolve;
    });
  }
}
