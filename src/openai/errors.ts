import { VicunaError, type VicunaErrorCode } from '../core/index.js';

/** What is known of an endpoint's failure. @public */
export interface EndpointFailure {
  /** HTTP status; absent where no reply came. */
  readonly status?: number | undefined;
  /** The endpoint's own code, such as `insufficient_quota`. */
  readonly endpointCode?: string | undefined;
  /** What the endpoint said, at most 500 characters. */
  readonly endpointMessage?: string | undefined;
  /** What the endpoint calls the request, for asking its operator. */
  readonly requestId?: string | undefined;
  /** How long the endpoint asked to wait, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
}

/**
 * An endpoint did not answer a call, also not when asked again. The message says what to do, by status. No field, no
 * cause and no message holds the API key. Code `endpoint-failed`.
 *
 * @public
 */
export class EndpointError extends VicunaError implements EndpointFailure {
  /** HTTP status; `undefined` where no reply came. */
  readonly status: number | undefined;
  /** The endpoint's own code, such as `insufficient_quota`. */
  readonly endpointCode: string | undefined;
  /** What the endpoint said, at most 500 characters. */
  readonly endpointMessage: string | undefined;
  /** The endpoint's id of the request, for its support. */
  readonly requestId: string | undefined;
  /** Seconds after which the endpoint asked to be called again. */
  readonly retryAfterSeconds: number | undefined;
  /** Whether the same call may succeed later: the endpoint was busy, failing or out of reach. */
  readonly retryable: boolean;
  /** Requests that were made for the call. */
  readonly attempts: number;

  /**
   * For a client of your own that fails as ours do.
   *
   * @param failure - what is known of the last attempt, and how many there were.
   */
  constructor(message: string, failure: EndpointFailure & { readonly attempts: number }, options?: ErrorOptions) {
    super('endpoint-failed' satisfies VicunaErrorCode, message, options);
    this.status = failure.status;
    this.endpointCode = failure.endpointCode;
    this.endpointMessage = failure.endpointMessage;
    this.requestId = failure.requestId;
    this.retryAfterSeconds = failure.retryAfterSeconds;
    this.retryable = failure.retryable;
    this.attempts = failure.attempts;
  }
}
