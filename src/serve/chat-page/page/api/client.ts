import { Failure, failureOf } from './failure.js';

/** The key of this reader, and how to get one. */
export interface KeySource {
  readonly key: string | undefined;
  /** Asks the reader, saying what was wrong with the key there was. @throws Failure where none is given. */
  ask(problem: string | undefined): Promise<void>;
}

/** Requests to the server that the page came from. The key goes into a header, never into an address. */
export class Client {
  readonly #keys: KeySource;
  #asking: Promise<void> | undefined;

  constructor(keys: KeySource) {
    this.#keys = keys;
  }

  /** @throws Failure where the server cannot be reached or answers otherwise than with success. */
  async request(path: string, init: { body?: unknown; signal?: AbortSignal | undefined } = {}): Promise<Response> {
    for (;;) {
      const { key } = this.#keys;
      const response = await this.#send(path, init, key);
      if (response.ok) return response;
      const failure = await failureOf(response);
      if (response.status !== 401) throw failure;
      // Somebody else may have asked for it meanwhile.
      if (this.#keys.key === key) await this.#ask(key === undefined ? undefined : failure.message);
      init.signal?.throwIfAborted();
    }
  }

  async #send(
    path: string,
    { body, signal }: { body?: unknown; signal?: AbortSignal | undefined },
    key: string | undefined,
  ): Promise<Response> {
    const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    if (body !== undefined) headers['content-type'] = 'application/json';
    try {
      return await fetch(new URL(path, document.baseURI), {
        method: body === undefined ? 'GET' : 'POST',
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        signal: signal ?? null,
        cache: 'no-store',
        credentials: 'same-origin',
        redirect: 'error',
      });
    } catch {
      signal?.throwIfAborted();
      throw new Failure('The server cannot be reached. Check the connection and try again.');
    }
  }

  #ask(problem: string | undefined): Promise<void> {
    this.#asking ??= this.#keys.ask(problem).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }
}
