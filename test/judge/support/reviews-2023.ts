import { sharedData } from '../../support/shared-data.js';

/** The published evaluation of March 2023, where it is at hand. */
export const reviewsFolder = sharedData('data/reviews');

export const vicunaFile = 'answer_vicuna-13b.jsonl';

/** What Vicuna was compared with; a baseline was always shown first. */
export const baselines = [
  { name: 'llama', answers: 'answer_llama-13b.jsonl', reviews: 'review_llama-13b_vicuna-13b.jsonl' },
  { name: 'alpaca', answers: 'answer_alpaca-13b.jsonl', reviews: 'review_alpaca-13b_vicuna-13b.jsonl' },
  { name: 'bard', answers: 'answer_bard.jsonl', reviews: 'review_bard_vicuna-13b.jsonl' },
  { name: 'chatgpt', answers: 'answer_gpt35.jsonl', reviews: 'review_gpt35_vicuna-13b.jsonl' },
] as const;

/**
 * `published`: the totals of the post. `written`: those of the judge's own texts, of which two (one of LLaMA, one of Bard)
 * say 4 where 2 was published. The outcomes are the same.
 */
export const publishedTotals = {
  llama: { published: { a: 513, b: 694 }, written: { a: 513, b: 696 }, outcomes: { a: 3, b: 77, tie: 0 } },
  alpaca: { published: { a: 583, b: 704 }, written: { a: 583, b: 704 }, outcomes: { a: 3, b: 76, tie: 1 } },
  bard: { published: { a: 664, b: 655.5 }, written: { a: 664, b: 657.5 }, outcomes: { a: 30, b: 40, tie: 10 } },
  chatgpt: { published: { a: 693, b: 638 }, written: { a: 693, b: 638 }, outcomes: { a: 44, b: 14, tie: 22 } },
} as const;
