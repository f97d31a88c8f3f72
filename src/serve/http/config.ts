import * as z from 'zod';
import type { Resolved } from '../../core/index.js';
import { type PageConfig, pageConfigSchema, type ResolvedPageConfig } from '../chat-page/index.js';
import { type ResolvedVotesConfig, type VotesConfig, votesConfigSchema } from '../votes/index.js';
import { type ApiKey, apiKeySchema, type ResolvedApiKey } from './access/api-keys.js';

/** How requests are answered. @public */
export interface HandlerConfig {
  /**
   * Who may ask. `'open'` lets everybody who reaches the server in: for a server of your own machine, or behind your own
   * authentication.
   */
  readonly keys: readonly ApiKey[] | 'open';
  /** Origins of web pages that may call the API (`https://example.org`), or `'*'`. @defaultValue none */
  readonly corsOrigins?: readonly string[] | '*' | undefined;
  /**
   * Serve the chat page at `/`. Everybody who reaches the server may load the page itself; what it asks needs a key as
   * anything does, which its reader types in. @defaultValue `false`
   */
  readonly page?: boolean | PageConfig | undefined;
  /** Keep votes of the chat page: the path of a file, or more. @defaultValue votes are not taken */
  readonly votes?: string | VotesConfig | undefined;
  /** Largest body of a request, in bytes. @defaultValue 1 MiB */
  readonly maximumBodyBytes?: number | undefined;
  /** Most characters of all messages of a request, or of a prompt. @defaultValue `400_000` */
  readonly maximumPromptCharacters?: number | undefined;
  /** Seconds after which a request ends with `deadline-exceeded`. @defaultValue `600` */
  readonly requestSeconds?: number | undefined;
  /** Seconds in which a body has to arrive. @defaultValue `30` */
  readonly bodySeconds?: number | undefined;
}

export type ResolvedHandlerConfig = Omit<Resolved<HandlerConfig>, 'keys' | 'page' | 'votes'> & {
  readonly keys: readonly ResolvedApiKey[] | 'open';
  readonly page: ResolvedPageConfig | false;
  readonly votes: ResolvedVotesConfig | undefined;
};

const origin = z
  .string()
  .refine(
    (value) => URL.canParse(value) && new URL(value).origin === value,
    'must be an origin such as https://example.org',
  );

/** @internal */
export const handlerConfigSchema: z.ZodType<ResolvedHandlerConfig, HandlerConfig> = z.strictObject({
  keys: z
    .union([
      z.literal('open'),
      z
        .array(apiKeySchema)
        .min(1, 'must have a key; "open" lets everybody in')
        .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'must have different ids'),
    ])
    .readonly(),
  corsOrigins: z.union([z.literal('*'), z.array(origin)]).default([]),
  page: pageConfigSchema.default(false),
  votes: votesConfigSchema.optional(),
  maximumBodyBytes: z
    .int()
    .positive()
    .default(2 ** 20),
  maximumPromptCharacters: z.int().positive().default(400_000),
  requestSeconds: z.number().positive().default(600),
  bodySeconds: z.number().positive().default(30),
}) as z.ZodType<ResolvedHandlerConfig, HandlerConfig>;
