import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { cleaningReport, trainingReport } from '../../../src/report/index.js';
import { browserOfFile, findBrowser, openFile } from '../../support/browser.js';
import { madeUpEvaluation, pairJudgment } from '../../support/evaluation.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { trainingEvents } from '../../support/training-events.js';
import { writtenDatasetReport, writtenReport } from './report-files.js';

const executable = findBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const views = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 1280 },
  { theme: 'light', width: 390 },
  { theme: 'dark', width: 390 },
] as const;

describe.skipIf(executable === undefined)('reports, in both themes and on a phone', () => {
  const browser = browserOfFile(executable!);

  async function check(file: string): Promise<void> {
    for (const view of views) {
      const { page, trouble } = await openFile(await browser(), file, view);
      if ((await page.locator('#browser').count()) > 0) await page.locator('#detail .prose').first().waitFor();
      await page.locator('details').evaluateAll((all) => {
        for (const one of all as HTMLDetailsElement[]) one.open = true;
      });
      const name = `${view.theme}, ${view.width} px`;
      expect(await violations(page), name).toEqual([]);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${name}: nothing is wider than the screen`).toBeLessThanOrEqual(0);
      expect(trouble, name).toEqual([]);
    }
  }

  test('an evaluation has nothing that axe objects to', async () => {
    const evaluation = madeUpEvaluation(12, {
      models: ['alpha-7b', 'a-model-with-a-name-of-considerable-length-13b-20230322-fp16', 'beta-13b'],
      judges: ['judge-one', 'judge-two'],
    });
    const [question] = evaluation.questions;
    const flagged = {
      ...pairJudgment(question!, { a: 'alpha-7b', b: 'beta-13b' }, 'judge-three', 0),
      outcome: 'unparsed' as const,
      replies: [
        {
          order: 'ab' as const,
          text: 'Hm.\n'.repeat(99),
          attempts: 2,
          reading: { kind: 'unparsed' as const, problem: 'no scores' },
        },
      ],
      injections: [{ answer: 'b' as const, rule: 'asks-for-score', text: 'score 10 10' }],
    };
    await check(await writtenReport({ ...evaluation, judgments: [...evaluation.judgments, flagged] }));
  });

  test('neither has a training', async () => {
    const output = join(await temporaryDirectory(), 'training.html');
    await trainingReport(trainingEvents({ steps: 60, stopsAt: 40, resumesAt: 30 }), { output });
    await check(output);
  });

  test('nor a cleaning', async () => {
    const output = join(await temporaryDirectory(), 'cleaning.html');
    const rejected = {
      'too-short': 3,
      'wrong-format': 0,
      'blocked-words': 12,
      'unparsable-html': 1,
      'duplicate-id': 0,
      'uses-plugin': 0,
      'duplicate-text': 4,
      language: 9,
      'wrong-list-numbering': 0,
      repetition: 0,
    };
    const report = { read: 100, kept: 71, rejected, turns: 300, trimmedTurns: 5, characters: { read: 9e5, kept: 6e5 } };
    const rejects = [
      {
        id: 'one',
        reason: 'too-short' as const,
        detail: 'it has one turn',
        text: '<script>alert(1)</script>'.repeat(50),
      },
      { id: 'two', reason: 'language' as const, detail: 'its language is de', location: { file: 'a.json', line: 7 } },
    ];
    const conversations = [
      { id: 'x', messages: [{ role: 'user', content: 'Hello' } as const], metadata: { language: 'en' } },
    ];
    await cleaningReport({ report, rejects, conversations }, { output });
    await check(output);
  });

  test('nor a data set', async () => {
    await check(await writtenDatasetReport('a text that is rather long, without an end in sight'));
  });
});

async function violations(page: Page): Promise<string[]> {
  // Added as the browser's debugger adds it: the page's own policy lets nothing in.
  await page.evaluate(axe);
  return await page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const found = await checker.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`);
  });
}
