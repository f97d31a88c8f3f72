import * as z from 'zod';

/** How an endpoint is reached, and how patient a client is with it. @public */
export interface EndpointOptions {
  /**
   * Where the API is, with its version: `http://localhost:8000/v1`. @defaultValue `OPENAI_BASE_URL` in the environment,
   * or OpenAI's own
   */
  readonly baseURL?: string | undefined;
  /**
   * Never logged, and in no error. An endpoint of another's that wants no key gets none where none is set.
   * @defaultValue `OPENAI_API_KEY` in the environment; `AZURE_OPENAI_API_KEY` for Azure
   */
  readonly apiKey?: string | undefined;
  /** Who pays, where a key is of several organizations. @defaultValue `OPENAI_ORG_ID` in the environment */
  readonly organization?: string | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * Longest time without a byte, in seconds: until a reply begins, and amid it. A reply that is not streamed begins when
   * it is finished. Node's `fetch` itself waits no longer than 300 seconds. @defaultValue `240`
   */
  readonly timeoutSeconds?: number | undefined;
  /** Longest time one attempt takes the endpoint in all, in seconds. @defaultValue `900` */
  readonly attemptTimeoutSeconds?: number | undefined;
  /**
   * How often a call is made again: after statuses 408, 409, 429 and 5xx, failed and broken connections, timeouts, and
   * replies that are truncated, invalid or empty. @defaultValue `5`
   */
  readonly retries?: number | undefined;
  /**
   * The first wait before a retry, in seconds, where the endpoint does not ask for another; each wait is twice the one
   * before, less up to half of it by chance. @defaultValue `0.5`
   */
  readonly firstRetrySeconds?: number | undefined;
  /** Longest wait before a retry, in seconds, also where the endpoint asks for more. @defaultValue `60` */
  readonly maxRetrySeconds?: number | undefined;
  /** Makes the waits before retries repeatable. @defaultValue drawn anew */
  readonly retrySeed?: number | undefined;
  /** Most calls at a time; others wait for their turn. @defaultValue `8` */
  readonly concurrency?: number | undefined;
}

const seconds = z.number().positive().max(86_400);

const url = z.url({ protocol: /^https?$/, error: 'must be a URL such as "https://api.openai.com/v1"' }).refine(
  (text) => {
    const { username, password } = new URL(text);
    return username === '' && password === '';
  },
  { error: 'must not hold a user name or password; put credentials into headers' },
);

/** @internal */
export const endpointUrl = url;

/** @internal */
export const endpointFields = {
  baseURL: url.optional(),
  // The messages of this schema never show a value: it may be a secret.
  apiKey: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]+$/, 'must be a key: visible ASCII characters without spaces')
    .optional(),
  organization: z.string().min(1).optional(),
  headers: z
    .record(
      z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be the name of a header'),
      z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'must be the value of a header: one line, no control characters'),
    )
    .default({}),
  timeoutSeconds: z.number().positive().max(300).default(240),
  attemptTimeoutSeconds: seconds.default(900),
  retries: z.int().nonnegative().max(100).default(5),
  firstRetrySeconds: seconds.default(0.5),
  maxRetrySeconds: z.number().nonnegative().max(86_400).default(60),
  retrySeed: z.int().optional(),
  concurrency: z.int().positive().default(8),
};

const fieldsSchema = z.object(endpointFields);

/** {@link EndpointOptions} with every default filled in. @internal */
export type EndpointSettings = z.output<typeof fieldsSchema>;
