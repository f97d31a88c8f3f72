import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../../support/temporary.js';
import { scriptedChatModel, serve } from '../../http/support/served.js';
import { hasBrowser, open } from './support/browser.js';
import { ask, askAndWait, message } from './support/chat.js';
import { heldModel } from './support/held-model.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const reply =
  '# Title\n\nText with `code`, a [link](https://example.org) and **more**.\n\n- one\n- two\n\n```ts\nconst x = 1;\n```\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n> quoted';

async function violations(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
    };
    const found = await axe.run();
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

describe.skipIf(!hasBrowser)('the chat page', () => {
  for (const theme of ['light', 'dark'] as const)
    for (const width of [1280, 390])
      it(`has nothing that axe finds fault with: ${theme}, ${width} pixels wide`, async () => {
        const votes = join(await temporaryDirectory(), 'votes.jsonl');
        const failing = scriptedChatModel(
          (messages) => (messages.length > 1 ? { text: 'Half', error: new Error('x') } : reply),
          { id: 'one' },
        );
        const models = [failing, scriptedChatModel(() => reply, { id: 'two' })];
        const { url } = await serve(models, { keys: 'open', page: true, votes });
        const { page } = await open(url, { theme, width });
        // As a debugger would put it there: the page's own policy lets nothing in.
        const look = async () => {
          await page.evaluate(axe);
          expect(await violations(page)).toEqual([]);
        };
        await message(page).waitFor();
        await look();
        await askAndWait(page, 'What is it?');
        await askAndWait(page, 'And then?');
        await look();
        await page.getByRole('button', { name: 'New conversation' }).filter({ visible: true }).last().click();
        await page.getByRole('button', { name: 'Two models side by side' }).click();
        await askAndWait(page, 'What is it?');
        await look();
        await page.getByRole('button', { name: 'Tie' }).click();
        await page.getByText('Your vote').waitFor();
        if (width < 500) await page.getByRole('button', { name: 'Conversations' }).click();
        await look();
        await page.getByRole('button', { name: 'Settings' }).click();
        await look();
      });

  it('has nothing that axe finds fault with while a reply comes', async () => {
    const model = heldModel();
    const { url } = await serve([model], { keys: 'open', page: true });
    const { page } = await open(url);
    await ask(page, 'Hi');
    model.say('Half');
    await page.locator('.answer .prose p').waitFor();
    await page.evaluate(axe);
    expect(await violations(page)).toEqual([]);
    model.finish();
  });

  it('fits a phone: nothing sticks out, and fields are large enough not to be zoomed in on', async () => {
    const wide = `${'long'.repeat(60)}\n\n\`\`\`\n${'x'.repeat(300)}\n\`\`\`\n\n|${' column |'.repeat(30)}\n|${'---|'.repeat(30)}`;
    const { url } = await serve([scriptedChatModel(() => wide, { id: `org/${'model-'.repeat(20)}` })], {
      keys: 'open',
      page: true,
    });
    const { page } = await open(url, { width: 390 });
    await askAndWait(page, 'w'.repeat(300));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect(await page.locator('main').evaluate((main) => main.scrollWidth <= main.clientWidth)).toBe(true);
    expect(
      await message(page).evaluate((field) => Number.parseFloat(getComputedStyle(field).fontSize)),
    ).toBeGreaterThanOrEqual(16);
  });

  it('takes the theme of the system, and another where the reader wants it', async () => {
    const { url } = await serve([scriptedChatModel(() => 'Hello.')], { keys: 'open', page: true });
    const { page } = await open(url, { theme: 'dark' });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    const toggle = page.getByRole('button', { name: 'Dark theme' });
    expect(await toggle.getAttribute('aria-pressed')).toBe('true');
    await toggle.click();
    const light = await background();
    expect(light).not.toBe(dark);
    await page.reload();
    await message(page).waitFor();
    expect(await background()).toBe(light);
  });
});
