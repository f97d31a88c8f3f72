import type { NatsConnection } from '@nats-io/transport-node';
import * as z from 'zod';
import { parseConfig, VicunaError } from '../../../core/index.js';
import type { BackoffConfig } from '../backoff.js';

/** How to reach a NATS cluster. @public */
export interface NatsOptions {
  /** `nats://host:4222`, or `tls:`; several of one cluster. */
  readonly servers: string | readonly string[];
  /** What the servers ask for: a token, a user and password, or the text of a `.creds` file. */
  readonly authentication?:
    | { readonly token: string }
    | { readonly user: string; readonly password: string }
    | { readonly credentials: string }
    | undefined;
  /** First word of every subject, for several deployments on one cluster. @defaultValue `'vicuna'` */
  readonly prefix?: string | undefined;
  /** How long to wait between attempts to connect. */
  readonly backoff?: BackoffConfig | undefined;
}

type Authentication = NonNullable<NatsOptions['authentication']>;

const delay = z.number().positive().exactOptional();

const natsOptionsSchema = z.object({
  servers: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).transform((servers) => [servers].flat()),
  authentication: z
    .union([
      z.strictObject({ token: z.string().min(1) }),
      z.strictObject({ user: z.string().min(1), password: z.string() }),
      z.strictObject({ credentials: z.string().min(1) }),
    ])
    .optional(),
  // Dots and wildcards would mean something else in a subject.
  prefix: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be one word of letters, digits, _ and -')
    .default('vicuna'),
  backoff: z.object({ minimumDelay: delay, maximumDelay: delay }).optional(),
});

/** Opens connections to a cluster. */
export interface NatsDialer {
  readonly prefix: string;
  readonly backoff: BackoffConfig;
  /** @throws VicunaError `bus-unavailable` or `unauthorized`. */
  dial(name: string): Promise<NatsConnection>;
}

/** @throws VicunaError `bus-unavailable` where the NATS client is not installed. */
export async function natsDialer(options: NatsOptions): Promise<NatsDialer> {
  const { servers, authentication, prefix, backoff } = parseConfig(natsOptionsSchema, options, 'NATS bus options');
  const nats = await import('@nats-io/transport-node').catch((cause: unknown) => {
    throw new VicunaError(
      'bus-unavailable',
      'The NATS bus needs the NATS client. Install it: npm install @nats-io/transport-node',
      { cause },
    );
  });
  const login = authentication === undefined ? {} : loginOf(authentication, nats.credsAuthenticator);
  return {
    prefix,
    backoff: (backoff ?? {}) as BackoffConfig,
    dial: (name) =>
      nats
        .connect({
          ...login,
          servers,
          name,
          timeout: 5_000,
          // Once connected, the client finds its cluster again by itself, for as long as it takes.
          maxReconnectAttempts: -1,
          reconnectTimeWait: 250,
          reconnectJitter: 250,
          // A server that no longer answers is left after three of these.
          pingInterval: 1_000,
          maxPingOut: 2,
          noEcho: true,
        })
        .catch((cause: unknown) => {
          throw unreachable(servers, cause);
        }),
  };
}

function loginOf(authentication: Authentication, credsAuthenticator: (credentials: Uint8Array) => unknown) {
  if ('token' in authentication) return { token: authentication.token };
  if ('user' in authentication) return { user: authentication.user, pass: authentication.password };
  return { authenticator: credsAuthenticator(new TextEncoder().encode(authentication.credentials)) as never };
}

function unreachable(servers: readonly string[], cause: unknown): VicunaError {
  const { name = '', message = String(cause) } = cause as Partial<Error>;
  if (/authorization|authentication/i.test(`${name} ${message}`))
    return new VicunaError('unauthorized', `NATS at ${servers.join(', ')} refused the login: ${message}.`, { cause });
  return new VicunaError('bus-unavailable', `NATS at ${servers.join(', ')} cannot be reached: ${message || name}.`, {
    cause,
  });
}
