import * as z from 'zod';
import { type PromptTemplate, type PromptTemplateName, templateChoiceSchema } from '../../conversation/index.js';

/** How conversations are cut. @public */
export interface SegmenterConfig {
  /** Most tokens of a segment as it will be trained on: template, system message and begin token included. @defaultValue `2048` */
  readonly maxTokens?: number | undefined;
  /** How a segment is written as one text: decides what fits. @defaultValue `'vicuna_v1.1'` */
  readonly template?: PromptTemplateName | PromptTemplate | undefined;
  /**
   * What becomes of one question and reply that are longer than a segment. `truncate-reply` keeps as much of the reply as
   * fits; `split` gives the rest of it to further segments that repeat the question (but truncates where the question
   * alone takes more than 7/8 of a segment); `drop` leaves both out. A reply that goes on is marked `unfinished`: nothing
   * ends it, so the model does not learn to stop there. A question that leaves no room for a reply is left out in any
   * case. All are counted. @defaultValue `'truncate-reply'`
   */
  readonly longRound?: 'truncate-reply' | 'split' | 'drop' | undefined;
  /**
   * Cuts exactly as FastChat's `split_long_conversation`: an estimate (each message's tokens and 6 more) instead of the
   * segment's own count, no regard for the system message, and its flaw: a last round that does not fit is lost.
   */
  readonly compat?: 'fastchat' | undefined;
}

/** @internal */
export interface ResolvedSegmenterConfig {
  readonly maxTokens: number;
  readonly template: PromptTemplate;
  readonly longRound: 'truncate-reply' | 'split' | 'drop';
  readonly compat: 'fastchat' | undefined;
}

/** @internal */
export const segmenterConfigSchema: z.ZodType<ResolvedSegmenterConfig, SegmenterConfig> = z
  .strictObject({
    maxTokens: z.int().positive().default(2048),
    template: templateChoiceSchema.prefault('vicuna_v1.1'),
    longRound: z.enum(['truncate-reply', 'split', 'drop']).optional(),
    compat: z.enum(['fastchat']).optional(),
  })
  .refine(({ compat, longRound }) => compat === undefined || longRound === undefined, {
    path: ['longRound'],
    message: 'has no effect with compat, which keeps long rounds as FastChat does; leave one of the two out',
  })
  .transform(({ longRound = 'truncate-reply', compat, ...rest }) => ({ ...rest, longRound, compat }));
