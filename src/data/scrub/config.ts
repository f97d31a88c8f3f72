import * as z from 'zod';
import type { Resolved } from '../../core/index.js';
import { type PersonalDataKind, personalDataKinds } from './kinds.js';

/** What is looked for, and what is put in its place. @public */
export interface ScrubConfig {
  /**
   * Kinds to look for. IP addresses and US social security numbers are easily mistaken for version numbers and part
   * numbers, so they have to be asked for.
   *
   * @defaultValue `['e-mail', 'phone', 'payment-card', 'iban', 'api-key', 'private-key', 'password']`
   */
  readonly kinds?: readonly PersonalDataKind[] | undefined;
  /** Words in the brackets of a placeholder. @defaultValue the kind itself: `[e-mail]` */
  readonly placeholders?: Readonly<Partial<Record<PersonalDataKind, string>>> | undefined;
  /**
   * Tells values of a conversation apart: its first e-mail address becomes `[e-mail]` wherever it stands, another one
   * `[e-mail 2]`. Without it all are `[e-mail]`. @defaultValue `true`
   */
  readonly numbered?: boolean | undefined;
  /**
   * Leaves values that are made for documentation and belong to nobody: addresses at `example.com` and the other names
   * of RFC 2606, numbers 555-01xx, test cards of payment services, the addresses of RFC 5737, private networks.
   * @defaultValue `true`
   */
  readonly keepDocumentationValues?: boolean | undefined;
  /** Domains whose e-mail addresses stay, with those below them; your own public addresses. @defaultValue `[]` */
  readonly keepDomains?: readonly string[] | undefined;
}

const usual: readonly PersonalDataKind[] = [
  'e-mail',
  'phone',
  'payment-card',
  'iban',
  'api-key',
  'private-key',
  'password',
];

const placeholder = z
  .string()
  .regex(/^[^[\]\r\n]{1,60}$/, 'must be 1 to 60 characters without brackets or line breaks');

/** @internal */
export const scrubConfigSchema: z.ZodType<Resolved<ScrubConfig>, ScrubConfig> = z.strictObject({
  kinds: z
    .array(z.enum(personalDataKinds))
    .min(1, 'must name a kind')
    .default([...usual]),
  placeholders: z.partialRecord(z.enum(personalDataKinds), placeholder).default({}),
  numbered: z.boolean().default(true),
  keepDocumentationValues: z.boolean().default(true),
  keepDomains: z.array(z.string().regex(/^[^\s@.][^\s@]*$/, 'must be a domain such as "example.org"')).default([]),
});
