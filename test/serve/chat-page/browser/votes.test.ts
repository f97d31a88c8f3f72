import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readVotes } from '../../../../src/report/evaluation/index.js';
import { temporaryDirectory } from '../../../support/temporary.js';
import { scriptedChatModel, serve } from '../../http/support/served.js';
import { hasBrowser, open } from './support/browser.js';
import { answers, askAndWait, message, settled } from './support/chat.js';

const model = (id: string) =>
  scriptedChatModel((messages, call) => `${id} says ${call + 1} of ${messages.length}`, { id });

async function votesIn(path: string) {
  const votes = [];
  for await (const vote of readVotes(path)) votes.push(vote);
  return votes;
}

describe.skipIf(!hasBrowser)('two models side by side', () => {
  it('answer the same prompt under hidden names; a vote lands in the log and tells who they were', async () => {
    const path = join(await temporaryDirectory(), 'votes.jsonl');
    const { url } = await serve([model('alpha'), model('beta')], { keys: 'open', page: true, votes: path });
    const { page } = await open(url);
    await page.getByRole('button', { name: 'Two models side by side' }).click();
    await askAndWait(page, 'Hi');
    const names = page.locator('.answer .model');
    expect(await names.allTextContents()).toEqual(['Model A', 'Model B']);
    const said = await answers(page).allTextContents();
    expect(said.toSorted()).toEqual(['alpha says 1 of 1', 'beta says 1 of 1']);
    await page.getByRole('button', { name: 'B is better' }).click();
    await page.getByText('Your vote: B is better').waitFor();
    const [a, b] = said.map((text) => text.split(' ')[0]!);
    expect(await names.allTextContents()).toEqual([`A: ${a}`, `B: ${b}`]);
    expect(await votesIn(path)).toEqual([
      { models: { a, b }, outcome: 'b', voter: expect.stringMatching(/^[0-9a-f]{24}$/), at: expect.any(String) },
    ]);
    await page.reload();
    await page.getByText('Your vote: B is better').waitFor();
    expect(await page.getByRole('button', { name: 'A is better' }).count()).toBe(0);
    // Each goes on with what it said itself.
    await askAndWait(page, 'And?');
    expect((await answers(page).allTextContents()).slice(2).toSorted()).toEqual([
      'alpha says 2 of 3',
      'beta says 2 of 3',
    ]);
    await page.getByRole('button', { name: 'Both are bad' }).click();
    await page.getByText('Your vote: Both are bad').waitFor();
    const votes = await votesIn(path);
    expect(votes.map(({ outcome }) => outcome)).toEqual(['b', 'both-bad']);
    expect(votes[1]!.voter).toBe(votes[0]!.voter);
  });

  it('have no vote where the server keeps none, and show their names', async () => {
    const { url } = await serve([model('alpha'), model('beta')], { keys: 'open', page: true });
    const { page } = await open(url);
    await page.getByRole('button', { name: 'Two models side by side' }).click();
    await askAndWait(page, 'Hi');
    expect(await page.locator('.answer .model').allTextContents()).toEqual(['A: alpha', 'B: beta']);
    expect(await page.getByRole('button', { name: 'A is better' }).count()).toBe(0);
  });

  it('go on with the better answer when one is asked alone', async () => {
    const path = join(await temporaryDirectory(), 'votes.jsonl');
    const third = model('third');
    const { url } = await serve([model('alpha'), model('beta'), third], { keys: 'open', page: true, votes: path });
    const { page } = await open(url);
    const pair = page.getByRole('button', { name: 'Two models side by side' });
    await pair.click();
    await askAndWait(page, 'Hi');
    await page.getByRole('button', { name: 'B is better' }).click();
    await page.getByText('Your vote').waitFor();
    await pair.click();
    await page.getByRole('combobox', { name: 'Model', exact: true }).selectOption('third');
    await message(page).fill('And?');
    await message(page).press('Enter');
    await expect.poll(() => answers(page).count()).toBe(3);
    await settled(page);
    const better = await answers(page).nth(1).textContent();
    expect(third.calls[0]!.messages.map(({ content }) => content)).toEqual(['Hi', better, 'And?']);
  });
});
