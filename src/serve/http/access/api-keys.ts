import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

const KEY_BYTES = 24;

/** What a key may do: `api` asks models; `metrics` reads `/metrics`; `vote` stores votes of the chat page. @public */
export type ApiKeyScope = 'api' | 'metrics' | 'vote';

/** How much a key may use. A limit that is not given is none. @public */
export interface KeyLimits {
  /** Requests let in a minute, whatever becomes of them. */
  readonly requestsPerMinute?: number | undefined;
  /** Prompt and reply together. A request is let in while there is anything left, and charged when it has ended. */
  readonly tokensPerMinute?: number | undefined;
  /** Of a day in UTC. */
  readonly tokensPerDay?: number | undefined;
  /** Requests at the same time. */
  readonly concurrency?: number | undefined;
}

/** A key as the server knows it: its hash, so that who reads the configuration cannot use it. @public */
export interface ApiKey {
  /** Names the key in logs and metrics. */
  readonly id: string;
  /** SHA-256 of the key, in hexadecimal: {@link hashApiKey}. */
  readonly hash: string;
  /** What may be done with it. @defaultValue `['api', 'vote']` */
  readonly scopes?: readonly ApiKeyScope[] | undefined;
  /** How much may be used with it. @defaultValue no limits */
  readonly limits?: KeyLimits | undefined;
}

const limit = z.number().positive();

export const apiKeySchema = z.strictObject({
  id: z.string().min(1).max(128),
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal: hashApiKey(key)'),
  scopes: z.array(z.enum(['api', 'metrics', 'vote'])).default(['api', 'vote']),
  limits: z
    .strictObject({
      requestsPerMinute: limit.optional(),
      tokensPerMinute: limit.optional(),
      tokensPerDay: limit.optional(),
      concurrency: z.int().positive().optional(),
    })
    .default({}),
});

export type ResolvedApiKey = z.output<typeof apiKeySchema>;

/** Makes a key of 192 random bits. Show it once and keep its hash. @public */
export function createApiKey(): string {
  return `vk-${randomBytes(KEY_BYTES).toString('base64url')}`;
}

/** What a server keeps of a key. A fast hash is enough, since keys are random and long. @public */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** The keys of a server, found in a time that does not depend on which matches or on how much of one does. */
export class ApiKeys {
  readonly #keys: readonly { readonly key: ResolvedApiKey; readonly hash: Buffer }[];

  constructor(keys: readonly ResolvedApiKey[]) {
    this.#keys = keys.map((key) => ({ key, hash: Buffer.from(key.hash, 'hex') }));
  }

  find(secret: string): ResolvedApiKey | undefined {
    const hash = createHash('sha256').update(secret).digest();
    let found: ResolvedApiKey | undefined;
    for (const known of this.#keys) if (timingSafeEqual(known.hash, hash)) found = known.key;
    return found;
  }
}

/** The key of an `Authorization: Bearer …` header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header ?? '')?.[1];
}
