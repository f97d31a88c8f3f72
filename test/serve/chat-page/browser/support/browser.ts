import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { browserOfFile, findBrowser } from '../../../../support/browser.js';

const executablePath = findBrowser();

/** Whether there is a browser. */
export const hasBrowser = executablePath !== undefined;
const browser = browserOfFile(executablePath ?? '');

export interface Watched {
  readonly page: Page;
  /** What no page should do: talk to other servers, open dialogs or windows, fail, complain. */
  readonly misdeeds: string[];
}

export interface OpenOptions {
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  /** Complaints of the console that belong to the test, such as of an answer that is 401. */
  readonly expected?: RegExp;
  /** What is in the storage before the page comes. */
  readonly stored?: Readonly<Record<string, string>>;
}

/** Opens a page for the running test, which fails where the page did what it should not. */
export async function open(url: URL, options: OpenOptions = {}): Promise<Watched> {
  const { theme = 'light', width = 1280, expected, stored = {} } = options;
  const context = await (await browser()).newContext({
    colorScheme: theme,
    reducedMotion: 'reduce',
    viewport: { width, height: 844 },
    hasTouch: width < 500,
  });
  const misdeeds: string[] = [];
  context.on('request', (request) => {
    if (new URL(request.url()).origin !== url.origin && !request.url().startsWith('data:'))
      misdeeds.push(`request ${request.url()}`);
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  context.on('page', (other) => misdeeds.push(`window ${other.url()}`));
  page.on('dialog', (dialog) => {
    misdeeds.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => misdeeds.push(`error ${error.message}`));
  page.on('console', (message) => {
    if (expected === undefined || !expected.test(message.text())) misdeeds.push(`console ${message.text()}`);
  });
  onTestFinished(async () => {
    await context.close();
    expect(misdeeds).toEqual([]);
  });
  if (Object.keys(stored).length > 0)
    await page.addInitScript((entries) => {
      for (const [key, value] of Object.entries(entries))
        if (localStorage.getItem(key) === null) localStorage.setItem(key, value);
    }, stored);
  await page.goto(url.href);
  return { page, misdeeds };
}
