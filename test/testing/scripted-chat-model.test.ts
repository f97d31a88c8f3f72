import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/conversation/index.js';
import { scriptedChatModel } from '../../src/testing/index.js';

const ask = (content: string): Message[] => [{ role: 'user', content }];

describe('scriptedChatModel', () => {
  it('streams its replies one after the other', async () => {
    const model = scriptedChatModel(['Hello there.\n', 'Bye.'], { id: 'gpt-4' });
    const run = model.chat(ask('Hi you two'));
    const deltas: string[] = [];
    for await (const { text } of run) deltas.push(text);
    expect(deltas).toEqual(['Hello', ' there.', '\n']);
    expect(await run.result).toEqual({
      text: 'Hello there.\n',
      finishReason: 'stop',
      usage: { promptTokens: 3, completionTokens: 3 },
    });
    expect(await model.chat(ask('Bye')).result).toMatchObject({ text: 'Bye.' });
    expect(model.id).toBe('gpt-4');
  });

  it('answers by what it is asked', async () => {
    const model = scriptedChatModel((messages, call) => `${call}: ${messages.at(-1)?.content}`);
    expect(await model.chat(ask('a')).result).toMatchObject({ text: '0: a' });
    expect(await model.chat(ask('b')).result).toMatchObject({ text: '1: b' });
  });

  it('fails on cue, before a reply or amid it', async () => {
    const limited = new Error('rate limited');
    const cut = { text: 'half a', error: new Error('connection lost') };
    const model = scriptedChatModel([limited, cut, { text: 'long', finishReason: 'length' }]);
    await expect(model.chat(ask('a')).result).rejects.toBe(limited);
    const run = model.chat(ask('b'));
    const deltas: string[] = [];
    const read = async () => {
      for await (const { text } of run) deltas.push(text);
    };
    await expect(read()).rejects.toBe(cut.error);
    expect(deltas).toEqual(['half', ' a']);
    expect(await model.chat(ask('c')).result).toMatchObject({ finishReason: 'length' });
    await expect(model.chat(ask('d')).result).rejects.toThrow('no reply to call 4');
    expect(model.calls.map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'finished', 'failed']);
  });

  it('records what it was asked, once it is used', async () => {
    const model = scriptedChatModel(['a', 'b']);
    const run = model.chat(ask('Hi'), { temperature: 0 });
    expect(model.calls).toEqual([]);
    await run.result;
    expect(model.calls).toEqual([{ messages: ask('Hi'), options: { temperature: 0 }, outcome: 'finished' }]);
  });

  it('stops at once when it is aborted, with the reason it was given', async () => {
    const model = scriptedChatModel(['one two three'], { delay: 60_000 });
    const controller = new AbortController();
    const { result } = model.chat(ask('Hi'), { signal: controller.signal });
    const reason = new Error('enough');
    setTimeout(() => controller.abort(reason), 5);
    await expect(result).rejects.toBe(reason);
    expect(model.calls[0]?.outcome).toBe('left');
  });

  it('notices when its listener leaves', async () => {
    const model = scriptedChatModel(['one two three']);
    for await (const _ of model.chat(ask('Hi'))) break;
    expect(model.calls[0]?.outcome).toBe('left');
  });

  it('tells how many calls ran at once', async () => {
    const model = scriptedChatModel(() => 'a b c', { delay: 1 });
    await Promise.all([1, 2, 3].map((n) => model.chat(ask(`${n}`)).result));
    await model.chat(ask('4')).result;
    expect(model.peakConcurrency).toBe(3);
  });
});
