import * as z from 'zod';
import { type PromptTemplate, type PromptTemplateName, templateChoiceSchema } from '../../conversation/index.js';
import type { CallOptions } from '../../core/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';

/** How conversations become examples to learn from. @public */
export interface SupervisionConfig {
  /** How a conversation is written as one text, and what of it is learned. @defaultValue `'vicuna_v1.1'` */
  readonly template?: PromptTemplateName | PromptTemplate | undefined;
  /** Most tokens of an example, the begin token included. @defaultValue `2048` */
  readonly maxTokens?: number | undefined;
  /**
   * What becomes of a longer conversation: its first `maxTokens` tokens are kept, or it is rejected. A
   * `ConversationSegmenter` in front leaves none that is longer. @defaultValue `'truncate'`
   */
  readonly tooLong?: 'truncate' | 'reject' | undefined;
}

/** @public */
export interface ResolvedSupervisionConfig {
  readonly template: PromptTemplate;
  readonly maxTokens: number;
  readonly tooLong: 'truncate' | 'reject';
}

/** @internal */
export const supervisionConfigSchema: z.ZodType<ResolvedSupervisionConfig, SupervisionConfig> = z.strictObject({
  template: templateChoiceSchema.prefault('vicuna_v1.1'),
  maxTokens: z.int().positive().default(2048),
  tooLong: z.enum(['truncate', 'reject']).default('truncate'),
});

/** What supervision needs beside its configuration. @public */
export interface SupervisionRuntime extends CallOptions {
  /** Of the model that is to be trained. */
  readonly tokenizer: Tokenizer;
}
