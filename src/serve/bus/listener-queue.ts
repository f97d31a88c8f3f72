import type { LinkListener } from './link.js';

/** Stands between a transport and the user of its link, who may come a little later than the first message. */
export class ListenerQueue {
  #listener: LinkListener | undefined;
  #early: string[] = [];
  #closed: string | undefined;

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  listen(listener: LinkListener): void {
    this.#listener = listener;
    for (const message of this.#early) listener.onMessage(message);
    this.#early = [];
    if (this.#closed !== undefined) listener.onClose(this.#closed);
  }

  message(message: string): void {
    if (this.#closed !== undefined) return;
    if (this.#listener === undefined) this.#early.push(message);
    else this.#listener.onMessage(message);
  }

  /** Only the first reason counts. */
  close(reason: string): void {
    if (this.#closed !== undefined) return;
    this.#closed = reason;
    this.#listener?.onClose(reason);
  }
}
