import { describe, expect, test } from 'vitest';
import { browserOfFile, findBrowser, openFile } from '../../support/browser.js';
import { madeUpEvaluation } from '../../support/evaluation.js';
import { writtenReport } from './report-files.js';

const executable = findBrowser();

describe.skipIf(executable === undefined)('a report of 10,000 judgments', () => {
  const browser = browserOfFile(executable!);

  test('opens, and answers to filters, search and keys, with only the rows in sight in the page', async () => {
    const evaluation = madeUpEvaluation(2500, { models: ['alpha-7b', 'gamma-3b', 'beta-13b'], judges: ['one', 'two'] });
    expect(evaluation.judgments).toHaveLength(10_000);
    const { page, trouble } = await openFile(await browser(), await writtenReport(evaluation));
    await page.locator('#detail .answer').first().waitFor();
    expect(await page.locator('#status').textContent()).toBe('5,000 in all.');
    expect(await page.locator('#list [role=option]').count()).toBeLessThan(60);
    await page.locator('#list').focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('#detail .id').textContent()).toBe('question q2500');
    await page.selectOption('[name=category]', 'math');
    await expect.poll(() => page.locator('#status').textContent()).toBe('1,250 of 5,000.');
    await page.fill('[name=text]', 'number 2447 made');
    await expect.poll(() => page.locator('#status').textContent(), { timeout: 30_000 }).toBe('2 of 5,000.');
    expect(await page.locator('#detail .id').textContent()).toBe('question q2447');
    expect(trouble).toEqual([]);
  });
});
