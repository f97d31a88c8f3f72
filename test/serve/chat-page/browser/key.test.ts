import { describe, expect, it } from 'vitest';
import { createApiKey, hashApiKey } from '../../../../src/serve/index.js';
import { scriptedChatModel, serve } from '../../http/support/served.js';
import { hasBrowser, open } from './support/browser.js';
import { answers, askAndWait, settled } from './support/chat.js';

const expected = /401/;

describe.skipIf(!hasBrowser)('the key of a reader', () => {
  it('is asked for once, kept for the tab and sent in a header', async () => {
    const { url, key } = await serve([scriptedChatModel(() => 'Hello.')], { page: true });
    const { page } = await open(url, { expected });
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    const dialog = page.getByRole('dialog', { name: 'API key' });
    await dialog.getByLabel('Key', { exact: true }).fill('vk-wrong');
    await dialog.getByRole('button', { name: 'Use this key' }).click();
    await dialog.getByText('That API key is not known here.').waitFor();
    await dialog.getByLabel('Key', { exact: true }).fill(key);
    await dialog.getByRole('button', { name: 'Use this key' }).click();
    await askAndWait(page, 'Hi');
    expect(await answers(page).textContent()).toBe('Hello.');
    await page.reload();
    await settled(page);
    expect(await dialog.count()).toBe(0);
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(key);
    expect(addresses.filter((address) => address.includes(key))).toEqual([]);
  });

  it('stays on the device where the reader says so, until it is to be forgotten', async () => {
    const { url, key } = await serve([scriptedChatModel(() => 'Hello.')], { page: true });
    const { page } = await open(url, { expected });
    const dialog = page.getByRole('dialog', { name: 'API key' });
    await dialog.getByLabel('Key', { exact: true }).fill(key);
    await dialog.getByLabel('Remember it on this device').check();
    await dialog.getByLabel('Key', { exact: true }).press('Enter');
    await page.locator('select option[value="scripted"]').waitFor({ state: 'attached' });
    const stores = () =>
      page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }].map((each) => JSON.stringify(each)));
    expect((await stores()).map((text) => text.includes(key))).toEqual([true, false]);
    await page.getByRole('button', { name: 'Forget my key' }).click();
    await dialog.waitFor();
    expect((await stores()).map((text) => text.includes(key))).toEqual([false, false]);
  });

  it('is asked for again when the server no longer knows it, and a limit of it is told', async () => {
    const [revoked, good] = [createApiKey(), createApiKey()];
    const { url } = await serve([scriptedChatModel(() => 'Hello.')], {
      page: true,
      keys: [{ id: 'good', hash: hashApiKey(good), limits: { requestsPerMinute: 1 } }],
    });
    const { page } = await open(url, { expected: /401|429/, stored: { 'vicuna-chat-key': revoked } });
    const dialog = page.getByRole('dialog', { name: 'API key' });
    await dialog.getByText('That API key is not known here.').waitFor();
    await dialog.getByLabel('Key', { exact: true }).fill(good);
    await dialog.getByLabel('Key', { exact: true }).press('Enter');
    await askAndWait(page, 'Hi');
    expect(await page.getByRole('alert').textContent()).toMatch(
      /This key may use 1 requests a minute.*Try again in \d+ s/s,
    );
  });
});

it('needs none to load the page, and the page holds none of the server’s secrets', async () => {
  const { url, key } = await serve([scriptedChatModel(() => 'Hello.')], { page: { title: '<b>"Ours" & more</b>' } });
  const response = await fetch(url);
  const html = await response.text();
  expect(response.status).toBe(200);
  expect(html).toContain('<title>&#60;b&#62;&#34;Ours&#34; &#38; more&#60;/b&#62;</title>');
  expect(html).not.toContain(hashApiKey(key));
  expect(html).not.toMatch(/<(script|link|img|iframe)[^>]+(src|href)="(?!data:)/);
  const policy = response.headers.get('content-security-policy')!;
  for (const part of [
    "default-src 'none'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "trusted-types 'none'",
  ])
    expect(policy).toContain(part);
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  const again = await fetch(url, { headers: { 'if-none-match': response.headers.get('etag')! } });
  expect(again.status).toBe(304);
});

it('is needed for what is not opened', async () => {
  const closed = await serve([scriptedChatModel(() => 'Hello.')]);
  expect((await fetch(closed.url)).status).toBe(401);
  const opened = await serve([scriptedChatModel(() => 'Hello.')], { page: true });
  for (const path of ['v1/models', 'v1/votes', 'index.html', 'metrics'])
    expect((await fetch(new URL(path, opened.url))).status, path).toBe(401);
});
