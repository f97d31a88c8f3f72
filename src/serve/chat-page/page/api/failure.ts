export interface FailureFacts {
  /** The id by which the server's log knows the request. */
  readonly traceId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** A request that failed, with what the server says of it. */
export class Failure extends Error {
  readonly traceId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, { traceId, retryAfterSeconds }: FailureFacts = {}) {
    super(message);
    this.traceId = traceId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The failure that an event or a body in the form of OpenAI's API tells of. */
export function failureIn(body: unknown): Failure | undefined {
  const error = (body as { error?: { message?: unknown; trace_id?: unknown } } | null | undefined)?.error;
  if (typeof error?.message !== 'string') return undefined;
  return new Failure(error.message, { traceId: typeof error.trace_id === 'string' ? error.trace_id : undefined });
}

export async function failureOf(response: Response): Promise<Failure> {
  const body = await response.json().catch(() => undefined);
  const told = failureIn(body);
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new Failure(told?.message ?? `The server answered ${response.status} ${response.statusText}.`.trim(), {
    traceId: told?.traceId ?? response.headers.get('x-request-id') ?? undefined,
    retryAfterSeconds: Number.isFinite(seconds) ? seconds : undefined,
  });
}
