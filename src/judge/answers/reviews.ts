import * as z from 'zod';
import type { ByteSource } from '../../io/index.js';
import { idField } from '../record-fields.js';
import { FirstPlaces, readRecords } from '../records.js';

/** What a judge wrote of two answers in 2023, and the scores that were published with it. @public */
export interface Review {
  /** As the file of reviews has it. */
  readonly id: string;
  /** The question that was judged. */
  readonly questionId: string;
  /** Ids of the answers, in the order in which the judge saw them. */
  readonly answerIds: { readonly first: string; readonly second: string };
  /** The judge's reply as it came. */
  readonly text: string;
  /**
   * As published, which may not be what the text says; absent where the script of 2023 could not read the text (it wrote
   * -1 twice).
   */
  readonly scores?: { readonly first: number; readonly second: number } | undefined;
  /** Which prompt it was asked with: `gpt-4-0328-coding`. */
  readonly reviewer?: string | undefined;
}

const score = z.union([z.number(), z.string().trim().min(1).transform(Number)]);

const reviewSchema: z.ZodType<Review> = z
  .object({
    review_id: idField,
    question_id: idField,
    answer1_id: idField,
    answer2_id: idField,
    text: z.string(),
    score: z.array(score).nullish(),
    reviewer_id: idField.nullish(),
  })
  .transform((record) => {
    const [first = Number.NaN, second = Number.NaN] = record.score ?? [];
    const scored = Number.isFinite(first + second) && !(first === -1 && second === -1);
    return {
      id: record.review_id,
      questionId: record.question_id,
      answerIds: { first: record.answer1_id, second: record.answer2_id },
      text: record.text,
      ...(scored && { scores: { first, second } }),
      ...(record.reviewer_id && { reviewer: record.reviewer_id }),
    };
  });

/**
 * Reads a review file of FastChat's evaluation of March 2023: `review_id`, `question_id`, `answer1_id`, `answer2_id`, `text`,
 * `score`, `reviewer_id`. The answers are found by {@link Answer.id}.
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError naming line and field of what is no review, and an id that comes twice.
 * @public
 */
export async function readReviews(
  source: ByteSource,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly Review[]> {
  const reviews: Review[] = [];
  const places = new FirstPlaces();
  for await (const { value, location } of readRecords(source, reviewSchema, 'a review', options)) {
    places.add(`review ${JSON.stringify(value.id)}`, location);
    reviews.push(value);
  }
  return reviews;
}
