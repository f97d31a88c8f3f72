import { describe, expect, it } from 'vitest';
import {
  type PairJudgment,
  PairwiseJudge,
  pairAnswers,
  readAnswers,
  readQuestions,
  readReviews,
} from '../../src/judge/index.js';
import { openaiChatModel } from '../../src/openai/index.js';
import { OpenAIEndpoint } from '../support/openai-endpoint.js';
import { baselines, publishedTotals, reviewsFolder, vicunaFile } from './support/reviews-2023.js';
import { totalsOf, winsOf } from './support/totals.js';

describe.skipIf(reviewsFolder === undefined)(
  'the 320 GPT-4 reviews of 2023, replayed through the openai client',
  () => {
    it.each(baselines)('$name against Vicuna', async ({ name, answers, reviews: reviewFile }) => {
      const [questions, reviews, theirs, ours] = await Promise.all([
        readQuestions(`${reviewsFolder}/question.jsonl`),
        readReviews(`${reviewsFolder}/review/${reviewFile}`),
        readAnswers(`${reviewsFolder}/answer/${answers}`),
        readAnswers(`${reviewsFolder}/answer/${vicunaFile}`),
      ]);
      const { pairs, missing } = pairAnswers(questions, theirs, ours);
      expect(missing).toEqual([]);
      const texts = new Map(
        pairs.map(({ question }) => [
          question.turns[0]!,
          reviews.find(({ questionId }) => questionId === question.id)!.text,
        ]),
      );
      await using endpoint = await OpenAIEndpoint.start(({ body }) => {
        const prompt = (body.messages as { content: string }[]).at(-1)!.content;
        return texts.get(/^<<<question \w+>>>\n([\s\S]*?)\n<<<end question/.exec(prompt)![1]!)!;
      });
      const judge = openaiChatModel({ model: 'gpt-4', baseURL: endpoint.baseURL, apiKey: 'none' });
      const pairwise = await PairwiseJudge.create({ swapOrder: false }, { judge });
      const run = pairwise.compare(pairs);
      const judgments: PairJudgment[] = [];
      for await (const judgment of run) judgments.push(judgment);
      const report = await run.result;
      // Each text is read at once: none had to be asked for again.
      expect(report).toMatchObject({ judgments: 80, unparsed: 0, missing: { failed: 0, notAsked: 0 } });
      expect(endpoint.requests).toHaveLength(80);
      expect(totalsOf(judgments)).toEqual(publishedTotals[name].written);
      expect(winsOf(judgments)).toEqual(publishedTotals[name].outcomes);
      const corrected = judgments.map((judgment) => {
        const { scores } = reviews.find(({ questionId }) => questionId === judgment.questionId)!;
        return { ...judgment, scores: { a: scores!.first, b: scores!.second } };
      });
      // What was published differs from what was written in one review of LLaMA and one of Bard.
      expect(corrected.filter(({ scores }, index) => scores.b !== judgments[index]!.scores!.b)).toHaveLength(
        name === 'llama' || name === 'bard' ? 1 : 0,
      );
      expect(totalsOf(corrected)).toEqual(publishedTotals[name].published);
    });
  },
);
