import type { Locator, Page } from 'playwright-core';

/** What a reader finds on the page, by the names that assistive technology reads. */
export const message = (page: Page): Locator => page.getByRole('textbox', { name: 'Message', exact: true });
export const send = (page: Page): Locator => page.getByRole('button', { name: 'Send', exact: true });
export const stop = (page: Page): Locator => page.getByRole('button', { name: 'Stop', exact: true });
export const answers = (page: Page): Locator => page.locator('.answer .prose');
export const questions = (page: Page): Locator => page.locator('.said');

/** Types a question and sends it; a reply is then on its way. */
export async function ask(page: Page, text: string): Promise<void> {
  await page.locator('select option:not([value=""])').first().waitFor({ state: 'attached' });
  await message(page).fill(text);
  await message(page).press('Enter');
}

/** Waits until nothing streams. */
export async function settled(page: Page): Promise<void> {
  await page.locator('.answer').first().waitFor();
  await send(page).waitFor();
}

export async function askAndWait(page: Page, text: string): Promise<void> {
  await ask(page, text);
  await settled(page);
}
