import * as z from 'zod';

/** What a model's tokens cost, in dollars for a million. @public */
export interface TokenPrice {
  /** Dollars for a million tokens of prompts. */
  readonly promptPerMillion: number;
  /** Dollars for a million tokens of replies. */
  readonly completionPerMillion: number;
  /** Prompt tokens that the endpoint had from an earlier call. @defaultValue `promptPerMillion` */
  readonly cachedPromptPerMillion?: number | undefined;
}

/** How much may be used; at least one limit. @public */
export interface CallBudgetOptions {
  /** Most tokens in all, prompts and replies together. @defaultValue no limit */
  readonly tokens?: number | undefined;
  /** Most money in all, in dollars; needs `prices`. @defaultValue no limit */
  readonly dollars?: number | undefined;
  /**
   * By the id of the model. Where there are any, every model that shares the budget needs one. They are yours to give: a
   * table in a package would be wrong in a month.
   */
  readonly prices?: Readonly<Record<string, TokenPrice>> | undefined;
}

const perMillion = z.number().nonnegative();
/** @internal */
export const budgetSchema = z
  .strictObject({
    tokens: z.number().positive().optional(),
    dollars: z.number().positive().optional(),
    prices: z
      .record(
        z.string(),
        z.strictObject({
          promptPerMillion: perMillion,
          completionPerMillion: perMillion,
          cachedPromptPerMillion: perMillion.optional(),
        }),
      )
      .optional(),
  })
  .refine(({ dollars, prices }) => dollars === undefined || prices !== undefined, {
    path: ['prices'],
    error: 'must be given where dollars is: { "model id": { promptPerMillion, completionPerMillion } }',
  });
