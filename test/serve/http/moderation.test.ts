import { describe, expect, it } from 'vitest';
import type { Moderator } from '../../../src/openai/index.js';
import { hello, scriptedChatModel, serve } from './support/served.js';

const noRudeWords: Moderator = async (texts) =>
  texts.map((text) => ({ flagged: text.includes('rude'), categories: text.includes('rude') ? ['rudeness'] : [] }));
const broken: Moderator = async () => {
  throw new Error('out of order');
};
const rude = [{ role: 'user' as const, content: 'something rude' }];

describe('moderation', () => {
  it('refuses what a user writes before a model sees it, and says for what', async () => {
    const model = scriptedChatModel(() => 'Fine.');
    const { client, log } = await serve([model], {}, { moderation: { moderator: noRudeWords } });
    const ask = client.chat.completions.create({ model: 'scripted', messages: rude });
    await expect(ask).rejects.toMatchObject({ status: 400, code: 'moderation-refused' });
    await expect(ask).rejects.toThrow(/rudeness/);
    expect(model.calls).toEqual([]);
    await client.chat.completions.create({ model: 'scripted', messages: hello });
    expect(log.filter(({ type }) => type === 'moderation')).toMatchObject([
      { decision: 'refused' },
      { decision: 'passed' },
    ]);
    expect(JSON.stringify(log)).not.toContain('something rude');
  });

  it('judges completions and embeddings too', async () => {
    const model = {
      ...scriptedChatModel([]),
      complete: scriptedChatModel(() => 'x').chat as never,
      embed: async () => [],
    };
    const { client } = await serve([model], {}, { moderation: { moderator: noRudeWords } });
    await expect(client.completions.create({ model: 'scripted', prompt: 'rude' })).rejects.toThrow(/rudeness/);
    await expect(client.embeddings.create({ model: 'scripted', input: 'rude' })).rejects.toThrow(/rudeness/);
  });

  it('where it fails lets nothing through, unless the policy is open', async () => {
    const ask = async (onFailure?: 'open') => {
      const served = await serve(
        [scriptedChatModel(() => 'Fine.')],
        {},
        { moderation: { moderator: broken, onFailure } },
      );
      return served.client.chat.completions.create({ model: 'scripted', messages: hello });
    };
    await expect(ask()).rejects.toMatchObject({ status: 503, code: 'moderation-failed' });
    expect((await ask('open')).choices[0]?.message.content).toBe('Fine.');
  });

  it('of replies holds text back until it is judged, and ends the reply where it is refused', async () => {
    const reply = `${'kind word '.repeat(20)}rude ${'more '.repeat(100)}`;
    const model = scriptedChatModel(() => reply, { delay: 1 });
    const { client } = await serve(
      [model],
      {},
      { moderation: { moderator: noRudeWords, output: true, outputCharacters: 50 } },
    );
    const stream = await client.chat.completions.create({ model: 'scripted', messages: hello, stream: true });
    let text = '';
    let reason: string | null | undefined;
    for await (const { choices } of stream) {
      text += choices[0]?.delta.content ?? '';
      reason = choices[0]?.finish_reason ?? reason;
    }
    expect(reason).toBe('content_filter');
    expect(text).not.toContain('rude');
    expect(reply.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(100);
    await expect.poll(() => model.calls[0]?.outcome).toBe('left');
  });

  it('concerns the models it names alone', async () => {
    const models = ['strict', 'free'].map((id) => scriptedChatModel(() => 'Fine.', { id }));
    const { client } = await serve(models, {}, { moderation: { moderator: noRudeWords, models: ['strict'] } });
    await expect(client.chat.completions.create({ model: 'strict', messages: rude })).rejects.toThrow();
    expect((await client.chat.completions.create({ model: 'free', messages: rude })).choices).toHaveLength(1);
  });
});
