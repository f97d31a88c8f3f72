import { VicunaError, type VicunaErrorCode } from '../../core/index.js';
import { OverloadedError } from '../types.js';

/** What an error looks like to a client: the form of OpenAI's API, with the id by which the log knows the request. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    /** The field at fault, as a dotted path. */
    readonly param: string | null;
    readonly code: string;
    readonly trace_id: string;
  };
}

/** A request that cannot be answered as it stands. Code `request-invalid`, or `unauthorized`. */
export class RequestError extends VicunaError {
  readonly status: number;
  readonly param: string | null;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    status: number,
    message: string,
    options: {
      readonly param?: string | undefined;
      readonly code?: VicunaErrorCode | undefined;
      readonly retryAfterSeconds?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(options.code ?? 'request-invalid', message, { cause: options.cause });
    this.status = status;
    this.param = options.param ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Codes that are the client's to mend or to wait for; everything else is the server's fault. */
const statusOf: Partial<Record<VicunaErrorCode, number>> = {
  'request-invalid': 400,
  'config-invalid': 400,
  'option-unsupported': 400,
  'schema-unsupported': 400,
  'context-overflow': 400,
  'moderation-refused': 400,
  unauthorized: 401,
  'model-not-found': 404,
  overloaded: 429,
  'budget-exceeded': 429,
  'worker-lost': 502,
  'endpoint-failed': 502,
  'bus-unavailable': 503,
  'moderation-failed': 503,
  'model-in-training': 503,
  'weights-lost': 503,
  disposed: 503,
  'deadline-exceeded': 504,
};

/** What a client is told of a failure. */
export interface DescribedError {
  readonly status: number;
  readonly body: ErrorBody;
  readonly retryAfterSeconds: number | undefined;
}

/**
 * The true cause, where it is one that this package knows; of anything else the trace id alone, since a message may hold
 * what is nobody's business.
 */
export function describeError(error: unknown, traceId: string): DescribedError {
  const known = VicunaError.isInstance(error);
  const status = error instanceof RequestError ? error.status : known ? (statusOf[error.code] ?? 500) : 500;
  return {
    status,
    retryAfterSeconds:
      error instanceof OverloadedError || error instanceof RequestError ? error.retryAfterSeconds : undefined,
    body: {
      error: {
        message: known
          ? error.message
          : `The server failed. Its log says why under the trace id ${traceId}; report that id.`,
        type: typeOf(status),
        param: error instanceof RequestError ? error.param : null,
        code: known ? error.code : 'internal',
        trace_id: traceId,
      },
    },
  };
}

function typeOf(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 404) return 'not_found_error';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'server_error';
}
