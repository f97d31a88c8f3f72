import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { browserOfFile, findBrowser, openFile } from '../../support/browser.js';
import { madeUpEvaluation } from '../../support/evaluation.js';
import { writtenReport } from './report-files.js';

const executable = findBrowser();

describe.skipIf(executable === undefined)('a reader of an evaluation report', () => {
  const browser = browserOfFile(executable!);
  const evaluation = madeUpEvaluation(20, {
    models: ['alpha-7b', 'gamma-3b', 'beta-13b'],
    judges: ['judge-one', 'judge-two'],
  });

  async function opened(hash = '') {
    const { page, trouble } = await openFile(await browser(), await writtenReport(evaluation), { hash });
    await page.locator('#detail .prose').first().waitFor();
    return { page, trouble };
  }
  const status = (page: Page) => page.locator('#status').textContent();
  const shownId = (page: Page) => page.locator('#detail .id').textContent();

  test('sees question, both answers as markdown, and both orders’ scores and explanations', async () => {
    const { page, trouble } = await opened('#q=q2&a=alpha-7b&b=beta-13b');
    expect(await shownId(page)).toBe('question q2');
    expect(await page.locator('.asked .prose').textContent()).toContain('thing number 2');
    expect(await page.locator('.answer .model').allTextContents()).toEqual(['alpha-7b', 'beta-13b']);
    expect(await page.locator('.answer.b li').allTextContents()).toEqual(['measure', 'cut']);
    expect(await page.locator('.judgment h5').allTextContents()).toEqual(['judge-one', 'judge-two']);
    const replies = page.locator('.judgment').first().locator('.reply');
    expect(await replies.locator('.order').allTextContents()).toEqual(['alpha-7b shown first', 'beta-13b shown first']);
    expect(await replies.locator('.verdict').allTextContents()).toEqual(Array(2).fill('beta-13b is better, 5 : 8'));
    expect(await replies.first().textContent()).toContain('Answer b is clearer.');
    expect(trouble).toEqual([]);
  });

  test('filters by category, winner, judge and disagreement, and every filter narrows what is listed', async () => {
    const { page } = await opened();
    expect(await status(page)).toBe('40 in all.');
    await page.selectOption('[name=category]', 'coding');
    await expect.poll(() => status(page)).toBe('10 of 40.');
    await page.selectOption('[name=won]', 'beta-13b');
    await expect
      .poll(() => page.locator('#list [role=option] .mark').allTextContents())
      .toSatisfy((marks: string[]) => marks.length > 0 && marks.every((mark) => mark.startsWith('beta-13b')));
    await page.click('button[type=reset]');
    await expect.poll(() => status(page)).toBe('40 in all.');
    await page.selectOption('[name=only]', 'judges');
    await expect
      .poll(() => page.locator('#list .flags').allTextContents())
      .toSatisfy((flags: string[]) => flags.length > 0 && flags.every((flag) => flag.includes('judges disagree')));
    await page.selectOption('[name=only]', 'injections');
    await expect.poll(() => status(page)).toBe('0 of 40.');
    expect(await page.locator('#detail').textContent()).toBe('Nothing matches these filters.');
  });

  test('finds text that only stands in an answer', async () => {
    const { page } = await opened();
    await page.fill('[name=text]', "MADE = 'q7'");
    await expect.poll(() => status(page)).toBe('2 of 40.');
    expect(await shownId(page)).toBe('question q7');
  });

  test('goes through the list with j, k, arrows, Home and End, and sees where the focus is', async () => {
    const { page } = await opened();
    await page.keyboard.press('j');
    await expect.poll(() => shownId(page)).toBe('question q1');
    await page.keyboard.press('j');
    await expect.poll(() => shownId(page)).toBe('question q2');
    await page.keyboard.press('k');
    await expect.poll(() => shownId(page)).toBe('question q1');
    await page.locator('#list').focus();
    await page.keyboard.press('End');
    await expect.poll(() => shownId(page)).toBe('question q20');
    const active = await page.locator('#list').getAttribute('aria-activedescendant');
    expect(await page.locator(`#${active}`).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Home');
    await expect.poll(() => shownId(page)).toBe('question q1');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => shownId(page)).toBe('question q2');
    const outline = await page.locator('#list').evaluate((list) => getComputedStyle(list).outlineStyle);
    expect(outline).toBe('solid');
    await page.keyboard.press('/');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('text');
    await page.keyboard.type('jk');
    expect(await shownId(page)).toBe('question q2');
  });

  test('sends a link to what is on the screen: question, models and filters', async () => {
    const { page } = await opened('#q=q9&a=gamma-3b&b=beta-13b&category=writing');
    expect(await shownId(page)).toBe('question q9');
    expect(await page.locator('.answer .model').allTextContents()).toEqual(['gamma-3b', 'beta-13b']);
    expect(await page.locator('[name=category]').inputValue()).toBe('writing');
    await page.click('#next');
    await expect.poll(() => page.evaluate(() => location.hash)).toBe('#q=q13&a=alpha-7b&b=beta-13b&category=writing');
  });

  test('is told where a link leads nowhere, and sees what a filter would hide', async () => {
    const { page } = await opened('#q=nothing');
    expect(await status(page)).toContain('There is no question “nothing” here.');
    const other = await opened('#q=q2&category=writing');
    expect(await shownId(other.page)).toBe('question q2');
  });

  test('keeps the theme that was chosen', async () => {
    const { page } = await opened();
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const light = await background();
    await page.click('[data-theme-toggle]');
    const dark = await background();
    expect(dark).not.toBe(light);
    await page.reload();
    expect(await background()).toBe(dark);
  });

  test('orders the rating table by a click on its columns', async () => {
    const { page } = await opened();
    const table = page.locator('#ratings table[data-sortable]').first();
    const names = () => table.locator('tbody th').allTextContents();
    await table.getByRole('button', { name: 'Model' }).click();
    expect(await names()).toEqual(['alpha-7b', 'beta-13b', 'gamma-3b']);
    await table.getByRole('button', { name: 'Model' }).click();
    expect(await names()).toEqual(['gamma-3b', 'beta-13b', 'alpha-7b']);
    expect(await table.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending');
  });
});
