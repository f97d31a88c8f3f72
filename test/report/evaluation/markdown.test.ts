import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import type { Judgment } from '../../../src/judge/index.js';
import { evaluationMarkdown, summarizeEvaluation } from '../../../src/report/evaluation/index.js';
import { pairJudgment, scored, singleJudgment } from './judgments.js';

const markdownOf = async (judgments: readonly Judgment[]) =>
  evaluationMarkdown(await summarizeEvaluation(judgments, { resamples: 50 }).result);

const questions = Array.from({ length: 10 }, (_, question) => question);

describe('evaluationMarkdown', () => {
  it('has a row for each pair with the figures of the post', async () => {
    const markdown = await markdownOf(
      questions.map((question) =>
        scored(question < 4 ? 9 : 6, 8, { questionId: `${question}`, category: `c${question % 2}` }),
      ),
    );
    expect(markdown).toContain('| **a** vs b | judge | 10 | 4 / 0 / 6 | 40.0 % [');
    expect(markdown).toContain('| 72 / 80 | 90.00 % [');
    expect(markdown).toContain('<details><summary>a vs b by category (judge)</summary>');
    expect(markdown).toContain('10 judgments of 10 questions');
  });

  it('leaves out columns that would be empty, and sections of what was not done', async () => {
    const markdown = await markdownOf(
      questions.map((question) => pairJudgment({ questionId: `${question}`, outcome: 'a' })),
    );
    expect(markdown).not.toContain('quality');
    expect(markdown).not.toContain('### Scores');
    expect(markdown).not.toContain('### Agreement');
  });

  it('has single scores, agreement, and what to be wary of', async () => {
    const sign = { answer: 'a', rule: 'r', text: 't' } as const;
    const markdown = await markdownOf([
      ...questions.flatMap((question) =>
        ['x', 'y', 'z'].map((judge) =>
          pairJudgment({ judge, questionId: `${question}`, outcome: question < 5 ? 'a' : 'b', injections: [sign] }),
        ),
      ),
      singleJudgment({ score: 7.5, turn: 1 }),
      singleJudgment({ score: undefined, turn: 2 }),
    ]);
    expect(markdown).toContain('| a | judge | 1 | 7.50 | 7.50 |');
    expect(markdown).toContain('| x and y | 10 | 100.0 % [');
    expect(markdown).toContain("Fleiss' kappa of all 3 judges: 1.00");
    expect(markdown).toContain('**1 without a readable verdict**, **30 with an answer that speaks to the judge**');
  });

  it('lets no name become markup, a link, a mention or a cell', async () => {
    const name = 'm|x <b>*y*</b> [z](http://a) @all `q`\n# h';
    const markdown = await markdownOf([scored(8, 6, { models: { a: name, b: 'b' } })]);
    const html = new MarkdownIt({ html: true }).render(markdown);
    expect(html).not.toMatch(/<b>|<em>|<a |<code>|<h1>/);
    expect(html).toContain('m|x &lt;b&gt;*y*&lt;/b&gt; [z](http://a) @all `q` # h');
  });

  it('says when there is nothing', async () => {
    expect(await markdownOf([])).toBe('No judgments.\n');
  });
});
