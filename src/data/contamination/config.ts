import * as z from 'zod';
import type { Resolved } from '../../core/index.js';

/** A text that a model will be evaluated with, and should not have been trained on. @public */
export interface EvaluationText {
  /** The question's. Several texts may have one id: turns, references. */
  readonly id: string;
  /** What is looked for in messages: a question, or a reference answer. */
  readonly text: string;
  /** What the text is of the question, for reports: `question`, `reference`. @defaultValue `'question'` */
  readonly part?: string | undefined;
}

/** What counts as contamination. @public */
export interface ContaminationConfig {
  /**
   * Words in a row that an evaluation text and a message have to share. A text with fewer words has to be in the message whole.
   * @defaultValue `13`, as for GPT-3 (Brown et al. 2020, appendix C)
   */
  readonly words?: number | undefined;
  /**
   * A text with fewer words than this has to be the whole message: people say "what is the time" without having seen the test.
   * @defaultValue `6`
   */
  readonly wholeMessageBelow?: number | undefined;
  /**
   * Share of the evaluation text's words that one message has to hold, from 0 to 1. Raise it for long references, which share a stock
   * phrase with many replies.
   * @defaultValue `0`
   */
  readonly minimumCoverage?: number | undefined;
}

/** @internal */
export const contaminationConfigSchema: z.ZodType<Resolved<ContaminationConfig>, ContaminationConfig> = z.strictObject({
  words: z.int().min(2).max(1000).default(13),
  wholeMessageBelow: z.int().nonnegative().default(6),
  minimumCoverage: z.number().min(0).max(1).default(0),
});
