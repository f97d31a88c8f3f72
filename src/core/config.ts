import type * as z from 'zod';
import { ConfigError } from './errors.js';

/** A configuration with every default filled in. @public */
export type Resolved<Config> = { readonly [Key in keyof Config]-?: Exclude<Config[Key], undefined> };

/**
 * Checks a configuration and fills in its defaults.
 *
 * @param subject - what the configuration is for, as the error should name it: `ShareGPTCleaner config`.
 * @throws ConfigError naming every field at fault.
 * @internal
 */
export function parseConfig<Output>(schema: z.ZodType<Output>, value: unknown, subject: string): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ConfigError(
    subject,
    parsed.error.issues.map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message })),
  );
}
