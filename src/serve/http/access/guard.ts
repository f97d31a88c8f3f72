import { RequestError } from '../errors.js';
import { type ApiKeyScope, ApiKeys, bearerOf, type ResolvedApiKey } from './api-keys.js';
import { KeyUsage } from './key-usage.js';

/** Who a request is from, and what ends its stay. */
export interface Visit {
  readonly keyId: string;
  /** The key's hash; absent where everybody is let in. */
  readonly keyHash?: string | undefined;
  /** Charges what the request took. Only the first call counts. */
  leave(tokens: number): void;
}

const anonymous: Visit = { keyId: 'anonymous', leave: () => undefined };

/** Lets in who has a key with the right scope and something left of its limits. */
export class Guard {
  readonly #keys: ApiKeys | undefined;
  readonly #usage = new Map<string, KeyUsage>();
  readonly #now: () => number;

  /** @param keys - `open` lets everybody in. */
  constructor(keys: readonly ResolvedApiKey[] | 'open', now: () => number = Date.now) {
    this.#keys = keys === 'open' ? undefined : new ApiKeys(keys);
    this.#now = now;
  }

  /**
   * @param authorization - the header.
   * @throws RequestError 401, 403 or 429.
   */
  enter(authorization: string | undefined, scope: ApiKeyScope): Visit {
    if (this.#keys === undefined) return anonymous;
    const secret = bearerOf(authorization);
    const key = secret === undefined ? undefined : this.#keys.find(secret);
    if (key === undefined)
      throw new RequestError(
        401,
        secret === undefined
          ? 'An API key is needed: send it as the header "Authorization: Bearer <key>".'
          : 'That API key is not known here.',
        { code: 'unauthorized' },
      );
    if (!key.scopes.includes(scope))
      throw new RequestError(403, `Key ${key.id} has no scope "${scope}".`, { code: 'unauthorized' });
    if (scope === 'metrics') return { keyId: key.id, leave: () => undefined };
    return { keyId: key.id, keyHash: key.hash, leave: this.#usageOf(key).enter() };
  }

  #usageOf(key: ResolvedApiKey): KeyUsage {
    let usage = this.#usage.get(key.id);
    if (usage === undefined) {
      usage = new KeyUsage(key.limits, this.#now);
      this.#usage.set(key.id, usage);
    }
    return usage;
  }
}
