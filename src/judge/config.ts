import * as z from 'zod';
import type { Resolved } from '../core/index.js';
import { type JudgeTemplateKind, type JudgeTemplates, templatesSchema } from './templates/index.js';
import type { JudgeMode, Question } from './types.js';

/** How answers are judged. @public */
export interface PairwiseJudgeConfig {
  /** What the judge is asked: two scores, a verdict, or one score. @defaultValue `'scores'` */
  readonly mode?: JudgeMode | undefined;
  /**
   * Ask about each pair in both orders, since judges favour a place. An answer wins only where both orders say so; a
   * disagreement is a tie and counted as position bias. @defaultValue `true`
   */
  readonly swapOrder?: boolean | undefined;
  /**
   * Show the judge a question's reference: `auto` where the category's kind is not `general`, `always` wherever there is
   * one, or `never`. @defaultValue `'auto'`
   */
  readonly reference?: 'auto' | 'always' | 'never' | undefined;
  /**
   * Kind of prompt by category or, where the category says nothing, by tag, in any case; `general` where neither does.
   * Beside yours hold `coding`, `math`, `maths`, `mathematics` and `reasoning`.
   */
  readonly categories?: Readonly<Record<string, JudgeTemplateKind>> | undefined;
  /** Prompts instead of ours, for the mode that is set, kind by kind. @defaultValue {@link judgeTemplates} */
  readonly templates?: Partial<JudgeTemplates> | undefined;
  /** `model` leaves it to the model: some that reason admit no other. @defaultValue `0` */
  readonly temperature?: number | 'model' | undefined;
  /** Most tokens of a reply. @defaultValue `2048` */
  readonly maxTokens?: number | undefined;
  /** Hold judges that can do so to a JSON schema. @defaultValue `'auto'` */
  readonly structuredOutput?: 'auto' | 'never' | undefined;
  /** Most calls under way at the same time, over all judges. @defaultValue `8` */
  readonly concurrency?: number | undefined;
  /**
   * Stop where so many calls in a row have failed, each after the retries of its client: the endpoint is down, not busy.
   * @defaultValue `20`
   */
  readonly stopAfterFailures?: number | undefined;
}

const kind = z.enum(['general', 'coding', 'math', 'reasoning']);

/** @internal */
export const judgeConfigSchema: z.ZodType<Resolved<PairwiseJudgeConfig>, PairwiseJudgeConfig> = z.strictObject({
  mode: z.enum(['scores', 'verdict', 'single']).default('scores'),
  swapOrder: z.boolean().default(true),
  reference: z.enum(['auto', 'always', 'never']).default('auto'),
  categories: z.record(z.string(), kind).default({}),
  templates: templatesSchema.default({}) as z.ZodType<Partial<JudgeTemplates>, Partial<JudgeTemplates> | undefined>,
  temperature: z.union([z.number().min(0).max(2), z.literal('model')]).default(0),
  maxTokens: z.int().positive().default(2048),
  structuredOutput: z.enum(['auto', 'never']).default('auto'),
  concurrency: z.int().positive().default(8),
  stopAfterFailures: z.int().positive().default(20),
});

const guided: Readonly<Record<string, JudgeTemplateKind>> = {
  coding: 'coding',
  math: 'math',
  maths: 'math',
  mathematics: 'math',
  reasoning: 'reasoning',
};

/** Looks up the kind of a question. */
export function kindFinder(
  categories: Readonly<Record<string, JudgeTemplateKind>>,
): (question: Question) => JudgeTemplateKind {
  const named = Object.entries({ ...guided, ...categories });
  const kinds = new Map(named.map(([category, kind]) => [category.toLowerCase(), kind]));
  return ({ category, tags = [] }) => {
    const name = [category, ...tags].find((candidate) => kinds.has(candidate.toLowerCase()));
    return name === undefined ? 'general' : kinds.get(name.toLowerCase())!;
  };
}
