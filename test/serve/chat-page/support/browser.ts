import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';

const executablePath = process.env.VICUNA_CHROMIUM ?? '/usr/bin/chromium';
/** Nothing that a browser does of its own accord: no telephone home, no second protocol. */
const switches = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether there is a browser. On a CI machine there has to be. */
export function hasBrowser(): boolean {
  if (existsSync(executablePath)) return true;
  const message = `no browser at ${executablePath} (apt install chromium, or set VICUNA_CHROMIUM)`;
  if (process.env.CI !== undefined) throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

let browser: Browser | undefined;

/** One browser for the tests of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: switches });
  });
  afterAll(() => browser?.close());
}

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
  const context = await browser!.newContext({
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
  page.setDefaultTimeout(15_000);
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
      for (const [key, value] of Object.entries(entries)) if (localStorage.getItem(key) === null) localStorage.setItem(key, value);
    }, stored);
  await page.goto(url.href);
  return { page, misdeeds };
}
