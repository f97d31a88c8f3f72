import { describe, expect, it } from 'vitest';
import { OverloadedError } from '../../../../src/serve/index.js';
import { scriptedChatModel, serve } from '../../http/support/served.js';
import { hasBrowser, open } from './support/browser.js';
import { answers, ask, askAndWait, message, questions, send, settled, stop } from './support/chat.js';
import { heldModel } from './support/held-model.js';

const page = { keys: 'open', page: true } as const;

/** Says which call this is, and how many messages it was given. */
const counting = (id = 'counting') =>
  scriptedChatModel((messages, call) => `reply ${call + 1} to ${messages.length}: ${messages.at(-1)!.content}`, { id });

describe.skipIf(!hasBrowser)('the chat page', () => {
  it('shows a reply while it is made, as markdown', async () => {
    const model = heldModel();
    const { url } = await serve([model], page);
    const { page: chat } = await open(url);
    await ask(chat, 'Hi');
    await chat.locator('.answer.waiting').waitFor();
    model.say('# Title\n\nFirst **wo');
    await expect.poll(() => answers(chat).locator('p').textContent()).toBe('First **wo');
    expect(await answers(chat).locator('h3').textContent()).toBe('Title');
    model.say('rd**\n\n```js\nlet x');
    await expect.poll(() => answers(chat).locator('pre').textContent()).toBe('let x');
    expect(await answers(chat).locator('strong').textContent()).toBe('word');
    // What is finished stays the same element: it is not drawn again.
    await answers(chat)
      .locator('h3')
      .evaluate((heading) => heading.setAttribute('data-mark', ''));
    model.say(' = 1\n```\n\n[link][1]\n\n[1]: https://example.org/');
    await expect.poll(() => answers(chat).locator('pre').textContent()).toBe('let x = 1\n');
    expect(await answers(chat).locator('h3').getAttribute('data-mark')).toBe('');
    model.finish();
    await settled(chat);
    expect(await answers(chat).locator('a').getAttribute('href')).toBe('https://example.org/');
  });

  it('draws a text that came in pieces as it draws it at once', async () => {
    const text =
      '1. a\n2. b\n\n   more of b\n\n> quote\nlazy\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n~~~py\nx\n\ny\n~~~\n- c\n  - d\n\n\nend *of* it\n***\nSetext\n===\n';
    const model = heldModel();
    const { url } = await serve([model], page);
    const { page: chat } = await open(url);
    await ask(chat, 'Hi');
    for (const character of text) {
      model.say(character);
      if (character === '\n') await chat.evaluate(() => new Promise(requestAnimationFrame));
    }
    model.finish();
    await settled(chat);
    const grown = await answers(chat).innerHTML();
    await chat.reload();
    await settled(chat);
    expect(grown).toContain('<td class="align-right">2</td>');
    expect(await answers(chat).innerHTML()).toBe(grown);
  });

  it('stops a reply: the server is left, and what came stays', async () => {
    const model = heldModel();
    const { url, log } = await serve([model], page);
    const { page: chat } = await open(url);
    await ask(chat, 'Hi');
    model.say('Half a');
    await expect.poll(() => answers(chat).textContent()).toBe('Half a');
    await stop(chat).click();
    await model.left;
    await expect
      .poll(() => log.some((entry) => entry.type === 'request' && entry.failure === 'client-left'))
      .toBe(true);
    expect(await answers(chat).textContent()).toBe('Half a');
    await chat.getByText('You stopped this reply.').waitFor();
    await chat.reload();
    await chat.getByText('You stopped this reply.').waitFor();
  });

  it('answers anew and lets one go back to the earlier reply', async () => {
    const { url } = await serve([counting()], page);
    const { page: chat } = await open(url);
    await askAndWait(chat, 'Hi');
    await chat.getByRole('button', { name: 'Answer anew' }).click();
    await expect.poll(() => answers(chat).textContent()).toBe('reply 2 to 1: Hi');
    await settled(chat);
    await chat.getByRole('button', { name: 'Previous reply' }).click();
    expect(await answers(chat).textContent()).toBe('reply 1 to 1: Hi');
    await askAndWait(chat, 'And?');
    expect(await answers(chat).allTextContents()).toEqual(['reply 1 to 1: Hi', 'reply 3 to 3: And?']);
  });

  it('branches off where a question is edited', async () => {
    const { url } = await serve([counting()], page);
    const { page: chat } = await open(url);
    await askAndWait(chat, 'One');
    await askAndWait(chat, 'Two');
    await chat.getByRole('button', { name: 'Edit' }).first().click();
    await chat.getByLabel('Edit your message').fill('Uno');
    await chat.getByLabel('Edit your message').press('Enter');
    await expect.poll(() => questions(chat).allTextContents()).toEqual(['Uno']);
    await settled(chat);
    expect(await answers(chat).allTextContents()).toEqual(['reply 3 to 1: Uno']);
    await chat.getByRole('button', { name: 'Previous version' }).click();
    expect(await questions(chat).allTextContents()).toEqual(['One', 'Two']);
  });

  it('keeps conversations when it is loaded again, lists them and deletes them', async () => {
    const { url } = await serve([counting()], page);
    const { page: chat } = await open(url);
    await askAndWait(chat, 'First conversation');
    await chat.getByRole('button', { name: 'New conversation' }).first().click();
    await askAndWait(chat, 'Second conversation');
    await chat.reload();
    expect(await questions(chat).allTextContents()).toEqual(['Second conversation']);
    expect(await answers(chat).textContent()).toBe('reply 2 to 1: Second conversation');
    await chat.getByRole('button', { name: 'First conversation', exact: true }).click();
    expect(await answers(chat).textContent()).toBe('reply 1 to 1: First conversation');
    await chat.getByRole('button', { name: 'Delete “First conversation”' }).focus();
    await chat.keyboard.press('Enter');
    await chat.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => questions(chat).count()).toBe(0);
    await chat.reload();
    expect(await chat.locator('.sidebar li').allTextContents()).toEqual(['Second conversation']);
  });

  it('keeps what came of a reply that was under way when the page was left, and says so', async () => {
    const model = heldModel();
    const { url } = await serve([model], page);
    const { page: chat } = await open(url, { expected: /./ });
    await ask(chat, 'Hi');
    model.say('Half a');
    await expect.poll(() => answers(chat).textContent()).toBe('Half a');
    await chat.reload();
    expect(await answers(chat).textContent()).toBe('Half a');
    await chat.getByText(/What came of it is kept/).waitFor();
  });

  it('survives whatever the storage holds', async () => {
    const { url } = await serve([counting()], page);
    const turn = { kind: 'question', id: 'q', text: 'x' };
    const broken = [
      '{',
      'null',
      '{"id":"x","updatedAt":1,"leaf":"q","turns":[{}]}',
      JSON.stringify({ id: '3', updatedAt: 1, leaf: 'q', turns: [{ ...turn, parent: 'q' }] }),
      JSON.stringify({ id: '4', updatedAt: 1, leaf: 'nowhere', turns: [turn] }),
      JSON.stringify({ id: '5', updatedAt: 1, leaf: 'q', turns: [turn, turn] }),
    ];
    const stored = Object.fromEntries(broken.map((value, index) => [`vicuna-chat:${index}`, value]));
    const { page: chat } = await open(url, {
      stored: { ...stored, 'vicuna-chat-settings': '{"temperature":"hot","system":7}', 'vicuna-chat-current': '4' },
    });
    await askAndWait(chat, 'Hi');
    expect(await answers(chat).textContent()).toBe('reply 1 to 1: Hi');
    expect(await chat.locator('.sidebar li').count()).toBe(1);
  });

  it('holds a bounded number of conversations: the oldest go', async () => {
    const { url } = await serve([counting()], page);
    const old = Array.from({ length: 120 }, (_, index) => [
      `vicuna-chat:${index}`,
      JSON.stringify({
        id: String(index),
        updatedAt: index,
        leaf: 'q',
        turns: [{ kind: 'question', id: 'q', text: `old ${index}` }],
      }),
    ]);
    const { page: chat } = await open(url, { stored: Object.fromEntries(old) });
    await askAndWait(chat, 'Newest');
    const titles = await chat.locator('.sidebar li').allTextContents();
    expect(titles).toHaveLength(100);
    expect([titles[0], titles[1], titles[99]]).toEqual(['Newest', 'old 119', 'old 21']);
  });

  it('asks the model that is chosen, with the settings that are made', async () => {
    const [one, other] = [counting('one'), counting('two')];
    const { url } = await serve([one, other], page);
    const { page: chat } = await open(url);
    await chat.getByRole('combobox', { name: 'Model', exact: true }).selectOption('two');
    await chat.getByRole('button', { name: 'Settings' }).click();
    await chat.getByLabel('System prompt').fill('Be brief.');
    await chat.getByLabel('Temperature').fill('0.3');
    await chat.getByLabel('Most tokens of a reply').fill('50');
    await chat.getByRole('button', { name: 'Save' }).click();
    await chat.reload();
    await askAndWait(chat, 'Hi');
    expect(one.calls).toHaveLength(0);
    expect(other.calls[0]).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
      options: { temperature: 0.3, maxTokens: 50 },
    });
  });

  it('is used by keys alone', async () => {
    const model = heldModel();
    const { url } = await serve([model], page);
    const { page: chat } = await open(url);
    await chat.locator('select option[value="held"]').waitFor({ state: 'attached' });
    await chat.getByRole('button', { name: 'New conversation' }).first().focus();
    await chat.keyboard.press('/');
    await chat.keyboard.type('One');
    await chat.keyboard.press('Shift+Enter');
    await chat.keyboard.type('Two / three');
    await chat.keyboard.press('Enter');
    expect(await questions(chat).textContent()).toBe('One\nTwo / three');
    model.say('Half');
    await expect.poll(() => answers(chat).textContent()).toBe('Half');
    await chat.keyboard.press('Escape');
    await model.left;
    await send(chat).waitFor();
    expect(await message(chat).evaluate((field) => field === document.activeElement)).toBe(true);
    await chat.keyboard.press('Shift+Tab');
    const outline = await chat.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle);
    expect(outline).toBe('solid');
  });

  it('reads a reply out a block at a time', async () => {
    const model = heldModel();
    const { url } = await serve([model], page);
    const { page: chat } = await open(url);
    const log = chat.getByRole('log');
    await ask(chat, 'Hi');
    model.say('One para');
    await expect.poll(() => answers(chat).textContent()).toBe('One para');
    expect(await log.textContent()).toBe('');
    model.say('graph.\n\nAnother');
    await expect.poll(() => log.textContent()).toBe('One paragraph.');
    model.finish();
    await settled(chat);
    expect(await log.locator('p').allTextContents()).toEqual(['One paragraph.', 'Another']);
  });
});

describe.skipIf(!hasBrowser)('a failure on the chat page', () => {
  it('amid a reply is told with its trace id, what came stays, and one can try again', async () => {
    const script = [{ text: 'Half a', error: new OverloadedError('Worker w1 is gone.', 1) }, 'Whole.'];
    const { url, log } = await serve([scriptedChatModel(script)], page);
    const { page: chat } = await open(url);
    await askAndWait(chat, 'Hi');
    const alert = chat.getByRole('alert');
    expect(await alert.textContent()).toContain('Worker w1 is gone.');
    const failed = log.find((entry) => entry.type === 'request' && entry.failure !== undefined)!;
    expect(await alert.locator('code').textContent()).toBe(failed.traceId);
    expect(await answers(chat).textContent()).toBe('Half a');
    await chat.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(() => answers(chat).textContent()).toBe('Whole.');
    await chat.getByRole('button', { name: 'Previous reply' }).click();
    expect(await answers(chat).textContent()).toBe('Half a');
  });

  it('before a reply says when one may try again', async () => {
    const script = [new OverloadedError('All workers are busy.', 600), 'Whole.'];
    const { url } = await serve([scriptedChatModel(script)], page);
    const { page: chat } = await open(url, { expected: /429/ });
    await askAndWait(chat, 'Hi');
    expect(await chat.getByRole('alert').textContent()).toContain('All workers are busy.');
    const retry = chat.getByRole('button', { name: /^Try again in (600|59\d) s$/ });
    await retry.waitFor();
    expect(await retry.isDisabled()).toBe(true);
  });

  it('of the connection amid a reply is told, and what came stays', async () => {
    const model = heldModel();
    const { url } = await serve([model], page);
    const { page: chat } = await open(url, { expected: /ERR_/ });
    // Cuts the stream where a server that dies would cut it: amid an event.
    await chat.route('**/v1/chat/completions', (route) =>
      route.fulfill({
        status: 200,
        contentType: 'text/event-stream',
        body: 'data: {"choices":[{"index":0,"delta":{"content":"Half a"}}]}\n\ndata: {"choi',
      }),
    );
    await askAndWait(chat, 'Hi');
    expect(await answers(chat).textContent()).toBe('Half a');
    expect(await chat.getByRole('alert').textContent()).toContain('The connection broke amid the reply.');
  });

  it('to reach the server at all is told', async () => {
    const { url } = await serve([counting()], page);
    const { page: chat } = await open(url, { expected: /ERR_/ });
    await chat.route('**/v1/chat/completions', (route) => route.abort('connectionrefused'));
    await askAndWait(chat, 'Hi');
    expect(await chat.getByRole('alert').textContent()).toContain('The server cannot be reached.');
  });
});
