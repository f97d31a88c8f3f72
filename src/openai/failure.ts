import type OpenAI from 'openai';
import { adviceFor } from './advice.js';
import type { EndpointFailure } from './errors.js';
import { parseRetryAfter } from './retry-after.js';
import { type Scrub, scrubbedCause } from './secrets.js';
import { BrokenReplyError, SilenceError } from './watched-fetch.js';

/** The endpoint answered, and the answer is no reply. @internal */
export class ReplyProblem extends Error {
  readonly retryable: boolean;

  constructor(problem: string, { retryable = true, cause }: { retryable?: boolean; cause?: unknown } = {}) {
    super(problem, { cause });
    this.retryable = retryable;
  }
}

/** A failed attempt. @internal */
export interface Failure extends EndpointFailure {
  /** What happened, for a message: `status 429`. */
  readonly problem: string;
  /** What the user can do. */
  readonly advice: string;
  /** The endpoint began to work on a reply, so that it may charge for it. */
  readonly mayHaveCost: boolean;
  readonly cause?: Error | undefined;
}

const longestMessage = 500;
/** Codes that say of a 429, or an event amid a stream, that asking again is of no use. */
const lasting =
  /insufficient_quota|billing|invalid_request|context_length|content_filter|model_not_found|invalid_api_key/;
/** Codes of connections that will not come about the next time either. */
const unreachable = /^(ENOTFOUND|ERR_INVALID_URL|ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

/**
 * Says what a thrown error means.
 *
 * @returns `undefined` where it is none of an endpoint's: a mistake in a program stays what it is.
 * @internal
 */
export function failureOf(error: unknown, client: typeof OpenAI, scrub: Scrub): Failure | undefined {
  const silence = findCause(error, SilenceError);
  if (silence !== undefined) {
    return {
      problem: silence.message,
      advice: adviceFor.silence,
      retryable: true,
      // Without a first byte it may be working still.
      mayHaveCost: true,
    };
  }
  if (error instanceof ReplyProblem || error instanceof BrokenReplyError) {
    const retryable = error instanceof BrokenReplyError || error.retryable;
    const advice = retryable ? adviceFor.brokenReply : adviceFor.strangeReply;
    const cause = scrubbedCause(error.cause, scrub);
    return { problem: scrub(error.message), advice, retryable, mayHaveCost: true, cause };
  }
  if (error instanceof SyntaxError) {
    const cause = scrubbedCause(error, scrub);
    const problem = 'the reply is not valid JSON';
    return { problem, advice: adviceFor.brokenReply, retryable: true, mayHaveCost: true, cause };
  }
  if (error instanceof client.APIConnectionError) return connectionFailure(error, scrub);
  if (!(error instanceof client.APIError)) return undefined;
  return error.status === undefined ? eventFailure(error, scrub) : statusFailure(error, scrub);
}

type ClientError = InstanceType<typeof OpenAI.APIError>;

function connectionFailure(error: ClientError, scrub: Scrub): Failure {
  const cause = scrubbedCause(error, scrub);
  const code = deepestCode(error);
  return {
    problem: code === undefined ? 'the connection failed' : `the connection failed (${scrub(code)})`,
    advice: adviceFor.connection,
    retryable: !unreachable.test(code ?? ''),
    mayHaveCost: false,
    cause,
  };
}

function statusFailure(error: ClientError, scrub: Scrub): Failure {
  const status = error.status as number;
  const details = endpointDetails(error, scrub);
  const asked = error.headers?.get('x-should-retry');
  const transient = status === 408 || status === 409 || status === 429 || status >= 500;
  const quota = status === 429 && lasting.test(details.endpointCode ?? '');
  return {
    ...details,
    problem: `status ${status}`,
    status,
    advice: quota ? adviceFor.quota : adviceFor.status(status),
    retryAfterSeconds: error.headers && parseRetryAfter(error.headers, Date.now()),
    retryable: asked === 'true' || (asked !== 'false' && transient && !quota),
    mayHaveCost: false,
  };
}

/** An error that came as an event of a stream. */
function eventFailure(error: ClientError, scrub: Scrub): Failure {
  const details = endpointDetails(error, scrub);
  const retryable = !lasting.test(`${details.endpointCode} ${error.type}`);
  const advice = retryable ? adviceFor.brokenReply : adviceFor.status(400);
  return {
    ...details,
    problem: 'the endpoint broke the reply off with an error',
    advice,
    retryable,
    mayHaveCost: true,
  };
}

function endpointDetails(error: ClientError, scrub: Scrub) {
  const text = scrub(error.message)
    .replace(/^\d{3} (status code \(no body\))?/, '')
    .replace(/\s+/g, ' ')
    .trim();
  const code = error.code ?? error.type;
  return {
    endpointMessage: text === '' ? undefined : bounded(text),
    endpointCode: typeof code === 'string' ? bounded(scrub(code)) : undefined,
    requestId: typeof error.requestID === 'string' ? bounded(scrub(error.requestID)) : undefined,
  };
}

function bounded(text: string): string {
  return text.length <= longestMessage ? text : `${text.slice(0, longestMessage - 1)}…`;
}

function findCause<T extends Error>(error: unknown, type: new (...args: never[]) => T): T | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof type) return at;
  return undefined;
}

function deepestCode(error: unknown): string | undefined {
  let code: string | undefined;
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') code = at.code;
    // Node tries each address of a host, and reports them together.
    if (at instanceof AggregateError) code ??= deepestCode(at.errors[0]);
  }
  return code;
}
