import * as z from 'zod';
import { type PromptTemplate, type PromptTemplateName, templateChoiceSchema } from '../../conversation/index.js';
import type { CallOptions, Resolved } from '../../core/index.js';
import { cleanerConfigSchema, type ShareGPTCleanerConfig } from '../../data/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';

/** How a data set is made of conversations, as it would be for training. @public */
export interface SummarizeDatasetConfig {
  /** What is left out, as {@link ShareGPTCleaner} does it; `false` takes every conversation as it is. @defaultValue `{}` */
  readonly cleaning?: ShareGPTCleanerConfig | false | undefined;
  /** How a conversation is written as one text, and what of it is learned. @defaultValue `'vicuna_v1.1'` */
  readonly template?: PromptTemplateName | PromptTemplate | undefined;
  /** Most tokens of a segment: the context that training is meant to have. @defaultValue `2048` */
  readonly maxTokens?: number | undefined;
  /** What becomes of a question and reply longer than that, as {@link ConversationSegmenter} does it. @defaultValue `'truncate-reply'` */
  readonly longRound?: 'truncate-reply' | 'split' | 'drop' | undefined;
  /** Further context lengths to compare with, in tokens; each costs as much as `maxTokens` does. @defaultValue `[512, 1024, 2048, 4096]` */
  readonly contextLengths?: readonly number[] | undefined;
  /** Segments of one optimizer step. @defaultValue `128` */
  readonly batchConversations?: number | undefined;
  /** How often training goes over the data; for the number of steps. @defaultValue `3` */
  readonly epochs?: number | undefined;
  /** Conversations that are kept of each reason to leave one out: a sample, every one as likely. @defaultValue `5` */
  readonly examples?: number | undefined;
  /** Decides which examples are kept, and the order in which packing is tried. @defaultValue `0` */
  readonly seed?: number | undefined;
}

/** What a summary of a data set needs beside its configuration. @public */
export interface SummarizeDatasetOptions extends CallOptions {
  /** Of the model that is to be trained. */
  readonly tokenizer: Tokenizer;
}

/** @internal */
export type DatasetSettings = Omit<Resolved<SummarizeDatasetConfig>, 'template'> & {
  readonly template: PromptTemplate;
};

const positive = z.int().positive();

/** @internal */
export const summarizeDatasetSchema: z.ZodType<DatasetSettings, SummarizeDatasetConfig> = z.strictObject({
  cleaning: z.union([z.literal(false), cleanerConfigSchema]).prefault({}),
  template: templateChoiceSchema.prefault('vicuna_v1.1'),
  maxTokens: positive.default(2048),
  longRound: z.enum(['truncate-reply', 'split', 'drop']).default('truncate-reply'),
  contextLengths: z.array(positive).default([512, 1024, 2048, 4096]),
  batchConversations: positive.default(128),
  epochs: positive.default(3),
  examples: z.int().nonnegative().default(5),
  seed: z.int().default(0),
});
