import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, onTestFinished } from 'vitest';

const candidates = [
  process.env.VICUNA_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Nothing of the browser's own goes to the network. */
const browserArguments = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Where a Chromium is. On a CI machine there has to be one. */
export function findBrowser(): string | undefined {
  const found = candidates.find((path) => path !== undefined && existsSync(path));
  if (found !== undefined) return found;
  const message = 'no Chromium is installed (apt install chromium, or VICUNA_CHROMIUM names one)';
  if (process.env.CI !== undefined) throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return undefined;
}

let shared: Promise<Browser> | undefined;

/** One browser for a test file. */
export function browserOfFile(executablePath: string): () => Promise<Browser> {
  afterAll(async () => {
    await (await shared)?.close();
    shared = undefined;
  });
  return () => {
    shared ??= chromium.launch({ executablePath, args: browserArguments });
    return shared;
  };
}

export interface PageOptions {
  readonly theme?: 'light' | 'dark' | undefined;
  readonly width?: number | undefined;
  /** What stands behind the file's name: `#q=7`. */
  readonly hash?: string | undefined;
}

export interface OpenedPage {
  readonly page: Page;
  /** Everything that must not happen: console errors and warnings, exceptions, dialogs, requests beside the file itself. */
  readonly trouble: string[];
}

/** Opens a file as a reader does who clicks on it. Its window closes with the test. */
export async function openFile(browser: Browser, file: string, options: PageOptions = {}): Promise<OpenedPage> {
  const { theme = 'light', width = 1280, hash = '' } = options;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: theme });
  onTestFinished(() => page.close());
  const trouble: string[] = [];
  const address = pathToFileURL(file).href;
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) trouble.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => trouble.push(`exception: ${error.message}`));
  page.on('dialog', (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== address && !request.url().startsWith('data:'))
      trouble.push(`request: ${request.url()}`);
  });
  await page.goto(address + hash);
  return { page, trouble };
}
