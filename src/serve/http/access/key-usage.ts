import { RequestError } from '../errors.js';
import type { ResolvedApiKey } from './api-keys.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** What is left of a key's limits: allowances that refill steadily over a minute, and a count of the day. */
export class KeyUsage {
  readonly #limits: ResolvedApiKey['limits'];
  readonly #now: () => number;
  readonly #requests: Allowance | undefined;
  readonly #tokens: Allowance | undefined;
  #running = 0;
  #day = 0;
  #tokensOfDay = 0;

  constructor(limits: ResolvedApiKey['limits'], now: () => number) {
    this.#limits = limits;
    this.#now = now;
    const { requestsPerMinute, tokensPerMinute } = limits;
    this.#requests = requestsPerMinute === undefined ? undefined : new Allowance(requestsPerMinute, now);
    this.#tokens = tokensPerMinute === undefined ? undefined : new Allowance(tokensPerMinute, now);
  }

  /**
   * Lets a request in.
   *
   * @returns to be called once, when it has ended, with the tokens it took.
   * @throws RequestError 429 naming the limit and when to come again.
   */
  enter(): (tokens: number) => void {
    const { concurrency, tokensPerDay } = this.#limits;
    const now = this.#now();
    const day = Math.floor(now / DAY);
    if (day !== this.#day) [this.#day, this.#tokensOfDay] = [day, 0];
    if (concurrency !== undefined && this.#running >= concurrency)
      throw refused(`${concurrency} requests at a time`, 1);
    if (tokensPerDay !== undefined && this.#tokensOfDay >= tokensPerDay)
      throw refused(`${tokensPerDay} tokens a day`, ((day + 1) * DAY - now) / 1000);
    const wait = this.#tokens?.waitFor(Number.MIN_VALUE) ?? 0;
    if (wait > 0) throw refused(`${this.#limits.tokensPerMinute} tokens a minute`, wait / 1000);
    const requestWait = this.#requests?.waitFor(1) ?? 0;
    if (requestWait > 0) throw refused(`${this.#limits.requestsPerMinute} requests a minute`, requestWait / 1000);
    this.#requests?.take(1);
    this.#running++;
    let hasLeft = false;
    return (tokens) => {
      if (hasLeft) return;
      hasLeft = true;
      this.#running--;
      this.#tokens?.take(tokens);
      this.#tokensOfDay += tokens;
    };
  }
}

function refused(limit: string, seconds: number): RequestError {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds));
  return new RequestError(429, `This key may use ${limit}. Try again in ${retryAfterSeconds} s.`, {
    code: 'overloaded',
    retryAfterSeconds,
  });
}

/** So much a minute: what is not used adds up to a minute's worth, and a debt has to be waited for. */
class Allowance {
  readonly #perMinute: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute;
    this.#now = now;
    this.#left = perMinute;
    this.#at = now();
  }

  take(amount: number): void {
    this.#refill();
    this.#left -= amount;
  }

  /** Milliseconds until so much is there. */
  waitFor(amount: number): number {
    this.#refill();
    return Math.max(0, ((amount - this.#left) / this.#perMinute) * MINUTE);
  }

  #refill(): void {
    const now = this.#now();
    this.#left = Math.min(this.#perMinute, this.#left + ((now - this.#at) / MINUTE) * this.#perMinute);
    this.#at = now;
  }
}
