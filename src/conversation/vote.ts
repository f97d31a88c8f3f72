import * as z from 'zod';

/** What a person said of two answers; `both-bad` is a tie of two bad ones. @public */
export type VoteOutcome = 'a' | 'b' | 'tie' | 'both-bad';

/**
 * A person's vote on two answers to the same prompt. A chat page that shows two models side by side appends one as a line
 * of JSON; reports read them beside the judgments of models.
 *
 * @public
 */
export interface Vote {
  /** Id of the question where it belongs to a question set; absent where people asked what they liked. */
  readonly question?: string | undefined;
  /** Ids of the models, `a` the one shown on the left or first. */
  readonly models: { readonly a: string; readonly b: string };
  /** Which answer is better. */
  readonly outcome: VoteOutcome;
  /** Who voted: any name that is the same for the same person, and no more personal than that. */
  readonly voter?: string | undefined;
  /** When, as ISO 8601 with a time zone: `2023-04-03T12:00:00Z`. */
  readonly at?: string | undefined;
}

const name = z.string().min(1, 'must not be empty');

/**
 * Checks a {@link Vote} that was made elsewhere: `voteSchema.parse(value)`. Fields it does not know are left out, so that
 * a log may say more than a report needs.
 *
 * @public
 */
export const voteSchema: z.ZodType<Vote> = z
  .object({
    question: name.exactOptional(),
    models: z.object({ a: name, b: name }),
    outcome: z.enum(['a', 'b', 'tie', 'both-bad'], { error: 'must be "a", "b", "tie" or "both-bad"' }),
    voter: name.exactOptional(),
    at: z.iso.datetime({ offset: true, error: 'must be a time such as "2023-04-03T12:00:00Z"' }).exactOptional(),
  })
  .refine(({ models }) => models.a !== models.b, { path: ['models'], error: 'must be two different models' });
