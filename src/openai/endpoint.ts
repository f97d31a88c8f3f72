import { setTimeout as sleep } from 'node:timers/promises';
import type OpenAI from 'openai';
import { ConfigError, Random } from '../core/index.js';
import type { EndpointSettings } from './endpoint-options.js';
import { EndpointError } from './errors.js';
import { type Failure, failureOf } from './failure.js';
import { type Scrub, scrubber } from './secrets.js';
import { Slots } from './slots.js';
import { watchedFetch } from './watched-fetch.js';

/** An Azure resource. @internal */
export interface AzureSettings {
  readonly endpoint: string;
  readonly deployment?: string | undefined;
  readonly apiVersion: string;
}

/** What of an endpoint is no option. @public */
export interface EndpointRuntime {
  /** In place of Node's own: for a proxy, or certificates of your own. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

const defaultBaseURL = 'https://api.openai.com/v1';

/**
 * An endpoint as a client sees it: the `openai` client, loaded at the first call, and what all calls share: slots, and
 * the time before which the endpoint wants no call.
 *
 * @internal
 */
export class Endpoint {
  /** Where it is, for messages. */
  readonly place: string;
  /** OpenAI's own API, or Azure's of the same models. */
  readonly isOpenAI: boolean;
  readonly slots: Slots;
  readonly #settings: EndpointSettings;
  readonly #connect: () => Promise<Connection>;
  readonly #scrub: Scrub;
  readonly #random: Random;
  #connection: Promise<Connection> | undefined;
  #closedUntil = 0;

  constructor(subject: string, settings: EndpointSettings, azure: AzureSettings | undefined, runtime: EndpointRuntime) {
    const environment = azure === undefined ? 'OPENAI_API_KEY' : 'AZURE_OPENAI_API_KEY';
    const apiKey = settings.apiKey ?? (process.env[environment]?.trim() || null);
    const baseURL = settings.baseURL ?? (process.env.OPENAI_BASE_URL?.trim() || defaultBaseURL);
    const url = new URL(azure?.endpoint ?? baseURL);
    this.isOpenAI = azure !== undefined || /(^|\.)openai\.(azure\.)?com$/.test(url.hostname);
    if (apiKey === null && this.isOpenAI) {
      throw new ConfigError(subject, [{ path: 'apiKey', message: `must be set, here or as ${environment}` }]);
    }
    this.slots = new Slots(settings.concurrency);
    this.#settings = settings;
    this.#scrub = scrubber(apiKey, settings.headers);
    this.place = this.#scrub(url.origin + url.pathname.replace(/\/$/, ''));
    this.#random = Random.fromSeed(settings.retrySeed ?? Math.floor(Math.random() * 2 ** 32), 'retries');
    this.#connect = async () => {
      const module = await import('openai');
      const shared = {
        maxRetries: 0,
        // The client would log replies that it cannot parse, and whatever OPENAI_LOG says.
        logLevel: 'off',
        adminAPIKey: null,
        ...(settings.organization === undefined ? {} : { organization: settings.organization }),
        // Without a key nothing is sent in its place.
        defaultHeaders: { ...(apiKey === null ? { Authorization: null } : {}), ...settings.headers },
        fetch: watchedFetch(runtime.fetch ?? globalThis.fetch, settings),
        // The watch is first, and goes on after the reply's headers.
        timeout: Math.ceil(settings.timeoutSeconds + 1) * 1000,
      } as const;
      const key = apiKey ?? 'none';
      const client =
        azure === undefined
          ? new module.OpenAI({ ...shared, apiKey: key, baseURL })
          : new module.AzureOpenAI({ ...shared, apiKey: key, baseURL: null as never, ...azure });
      return { client, errors: module.OpenAI };
    };
  }

  async client(): Promise<OpenAI> {
    this.#connection ??= this.#connect();
    return (await this.#connection).client;
  }

  /** @returns `undefined` for errors that are none of the endpoint's. */
  async failureOf(error: unknown): Promise<Failure | undefined> {
    this.#connection ??= this.#connect();
    return failureOf(error, (await this.#connection).errors, this.#scrub);
  }

  /** Waits while the endpoint wants no calls. */
  async open(signal: AbortSignal): Promise<void> {
    for (;;) {
      const milliseconds = this.#closedUntil - performance.now();
      if (milliseconds <= 0) return;
      await pause(milliseconds, signal);
    }
  }

  /**
   * Waits until a failed call may be made again.
   *
   * @param attempts - how often it has been made.
   * @param final - it must not be made again.
   * @throws EndpointError where it will not be made again.
   */
  async retry(failure: Failure, attempts: number, final: string | undefined, signal: AbortSignal): Promise<void> {
    const { retries, firstRetrySeconds, maxRetrySeconds } = this.#settings;
    const asked = failure.retryAfterSeconds;
    // Spread out, so that calls refused together do not come back together.
    const spread = this.#random.uniform();
    const own = firstRetrySeconds * 2 ** (attempts - 1) * (1 - spread / 2);
    const wait = Math.min(asked === undefined ? own : asked + (spread * firstRetrySeconds) / 2, maxRetrySeconds) * 1000;
    // What the endpoint asks of one call holds for all that share it, also where this one is given up.
    if (asked !== undefined) this.#closedUntil = Math.max(this.#closedUntil, performance.now() + wait);
    if (final !== undefined || !failure.retryable || attempts > retries) throw this.#error(failure, attempts, final);
    await pause(wait, signal);
  }

  #error(failure: Failure, attempts: number, final: string | undefined): EndpointError {
    const { problem, advice, endpointMessage, requestId, cause } = failure;
    const times = attempts === 1 ? '' : ` after ${attempts} attempts`;
    const said = endpointMessage === undefined ? '' : ` (${JSON.stringify(endpointMessage)})`;
    const request = requestId === undefined ? '' : ` Request id: ${requestId}.`;
    return new EndpointError(
      `${this.place} failed${times}: ${problem}${said}. ${final ?? advice}${request}`,
      { ...failure, attempts },
      cause === undefined ? undefined : { cause },
    );
  }
}

interface Connection {
  readonly client: OpenAI;
  /** Carries the classes of the client's errors. */
  readonly errors: typeof OpenAI;
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  // The timer's own AbortError is not the reason that the caller gave.
  await sleep(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
}
