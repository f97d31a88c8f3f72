import * as z from 'zod';
import {
  type PromptTemplate,
  type PromptTemplateName,
  type ReadConversationsOptions,
  type ReadConversationsSettings,
  readConversationsSchema,
  templateChoiceSchema,
} from '../../conversation/index.js';
import type { CallOptions, Resolved } from '../../core/index.js';
import { cleanerConfigSchema, type ShareGPTCleanerConfig } from '../cleaner/index.js';
import { type ScrubConfig, scrubConfigSchema } from '../scrub/index.js';
import { type ResolvedSegmenterConfig, type SegmenterConfig, segmenterConfigSchema } from '../segmenter/config.js';

/** What a data set is made of, and how. All of it decides the result, to the byte. @public */
export interface PrepareConfig {
  /** A file or several, of any form {@link readConversations} reads, or the unpacked folder of a ChatGPT export. */
  readonly inputs: string | readonly string[];
  /** Made where it is missing. An interrupted run of the same inputs and configuration in it is gone on with. */
  readonly outputDirectory: string;
  /** A `tokenizer.json` or the directory of one, for {@link loadTokenizer}: every thread loads its own. */
  readonly tokenizer: string;
  /** As for {@link readConversations}. A record left out by `onBadRecord: 'skip'` is written down among the rejects. */
  readonly read?: Omit<ReadConversationsOptions, keyof CallOptions> | undefined;
  /** As for {@link ShareGPTCleaner}. */
  readonly cleaner?: ShareGPTCleanerConfig | undefined;
  /** As for {@link scrubPersonalData}: personal data of cleaned conversations is replaced. @defaultValue none is looked for */
  readonly scrub?: ScrubConfig | undefined;
  /** As for {@link ConversationSegmenter}. */
  readonly segmenter?: Pick<SegmenterConfig, 'longRound' | 'compat'> | undefined;
  /** Writes each conversation as one text. @defaultValue `'vicuna_v1.1'` */
  readonly template?: PromptTemplateName | PromptTemplate | undefined;
  /** Most tokens of an example. @defaultValue `2048` */
  readonly maxTokens?: number | undefined;
  /** Also writes the segments as text, `<shard>.conversations.jsonl`, in the form of {@link writeConversations}. @defaultValue `false` */
  readonly keepConversations?: boolean | undefined;
  /**
   * Bytes of input (decompressed) that make a shard: what is done again after a kill, at most. @defaultValue `33_554_432`
   * (32 MiB)
   */
  readonly shardBytes?: number | undefined;
}

/** What does not change the result. @public */
export interface PrepareOptions extends CallOptions {
  /** Threads that clean, cut and tokenise. @defaultValue one for every core */
  readonly workers?: number | undefined;
}

/** A configuration with its defaults, as threads are given it and as the manifest keeps it. */
export interface PrepareSettings {
  readonly inputs: readonly string[];
  readonly outputDirectory: string;
  readonly tokenizer: string;
  readonly read: ReadConversationsSettings;
  readonly cleaner: Resolved<ShareGPTCleanerConfig>;
  readonly scrub?: Resolved<ScrubConfig> | undefined;
  readonly segmenter: ResolvedSegmenterConfig;
  readonly keepConversations: boolean;
  readonly shardBytes: number;
}

const path = z.string().min(1, 'must name a file');

/** @internal */
export const prepareConfigSchema: z.ZodType<PrepareSettings, PrepareConfig> = z
  .strictObject({
    inputs: z.union([path.transform((one) => [one]), z.array(path).min(1, 'must name a file')], {
      error: 'must be the path of a file, or several',
    }),
    outputDirectory: path,
    tokenizer: path,
    read: readConversationsSchema.prefault({}),
    cleaner: cleanerConfigSchema.prefault({}),
    scrub: scrubConfigSchema.optional(),
    segmenter: z
      .strictObject({
        longRound: z.enum(['truncate-reply', 'split', 'drop']).optional(),
        compat: z.enum(['fastchat']).optional(),
      })
      .prefault({}),
    template: templateChoiceSchema.prefault('vicuna_v1.1'),
    maxTokens: z.int().positive().default(2048),
    keepConversations: z.boolean().default(false),
    shardBytes: z
      .int()
      .positive()
      .default(32 * 2 ** 20),
  })
  .transform(({ template, maxTokens, segmenter, ...rest }, context) => {
    const cut = segmenterConfigSchema.safeParse({ ...segmenter, template, maxTokens });
    if (cut.success) return { ...rest, segmenter: cut.data };
    for (const { path, message } of cut.error.issues)
      context.addIssue({ code: 'custom', path: ['segmenter', ...path], message });
    return z.NEVER;
  });

/** @internal */
export const workersSchema = z.strictObject({ workers: z.int().positive().max(1024).optional() });
