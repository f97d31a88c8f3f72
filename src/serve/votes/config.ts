import * as z from 'zod';
import type { Resolved } from '../../core/index.js';

/** Where votes of the chat page go. @public */
export interface VotesConfig {
  /** File that a line of JSON is appended to for every vote; `readVotes` reads it. Its directory has to be there. */
  readonly path: string;
  /** Also keep what was asked and answered. Tell people, since it is what they wrote. @defaultValue `false` */
  readonly keepTexts?: boolean | undefined;
}

export type ResolvedVotesConfig = Resolved<VotesConfig>;

const path = z.string().min(1, 'must be the path of a file');

/** @internal */
export const votesConfigSchema: z.ZodType<ResolvedVotesConfig, string | VotesConfig> = z.union([
  path.transform((value) => ({ path: value, keepTexts: false })),
  z.strictObject({ path, keepTexts: z.boolean().default(false) }),
]) as z.ZodType<ResolvedVotesConfig, string | VotesConfig>;
