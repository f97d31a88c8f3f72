import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrawnToken, Message } from '../../src/conversation/index.js';
import { renderPrompt } from '../../src/conversation/index.js';
import { ConfigError, VicunaError } from '../../src/core/index.js';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { type VicunaChatOptions, VicunaModel } from '../../src/model/index.js';
import type { Tokenizer } from '../../src/tokenizer/index.js';
import { tinyLlama } from '../support/tokenizers.js';
import { replyTokens, scriptedModel } from './scripted-model.js';

let engine: Engine;
let tokenizer: Tokenizer;
/** Random weights: says anything. */
let random: VicunaModel;
beforeAll(async () => {
  engine = await createEngine({ backend: 'wasm' });
  tokenizer = await tinyLlama();
  random = await VicunaModel.create(
    { hiddenSize: 32, layers: 2, heads: 4, keyValueHeads: 2, contextLength: 512, initializerRange: 0.3 },
    { engine, tokenizer, seed: 3, batching: { prefixCacheBytes: 0 } },
  );
});
afterAll(async () => {
  await random[Symbol.asyncDispose]();
  await engine[Symbol.asyncDispose]();
});

const ask = (content: string): Message[] => [{ role: 'user', content }];
const promptTokens = async (messages: readonly Message[]) =>
  (await tokenizer.encode(renderPrompt(messages, random.template))).length;

async function collect(model: VicunaModel, messages: readonly Message[], options: VicunaChatOptions = {}) {
  const run = model.chat(messages, options);
  const deltas: string[] = [];
  for await (const delta of run) deltas.push(delta.text);
  return { deltas, ...(await run.result) };
}

/** A scripted model's answer, and whether everything was released. */
async function answer(reply: string, options: VicunaChatOptions = {}) {
  await using model = await scriptedModel(engine, tokenizer, await replyTokens(tokenizer, reply));
  await model.chat(ask('warm up'), { maxTokens: 2 }).result;
  const before = engine.usage;
  const collected = await collect(model, ask('Hi'), { temperature: 0, ...options });
  expect(engine.usage).toEqual(before);
  return collected;
}

describe('a reply', () => {
  it('comes in deltas that are the text when laid end to end, without the space before it', async () => {
    const { deltas, text, finishReason, usage } = await answer('Quick,fox.');
    expect(text).toBe('Quick,fox.');
    expect(deltas.join('')).toBe(text);
    expect(deltas.length).toBeGreaterThan(5);
    expect(finishReason).toBe('stop');
    const row = await replyTokens(tokenizer, 'Quick,fox.');
    // The prompt is one token shorter, and the end token is one of the reply's.
    expect(usage).toEqual({ promptTokens: await promptTokens(ask('Hi')), completionTokens: row.length - 1 });
  });

  it('never shows a part of a character', async () => {
    const { deltas, text } = await answer('a🦙é');
    expect(text).toBe('a🦙é');
    expect(deltas).toEqual(['a', '🦙', 'é']);
  });

  it('ends before a stop string, of which nothing is shown, and says so', async () => {
    const { deltas, text, finishReason } = await answer('one#2345', { stop: ['#23', 'never'] });
    expect(text).toBe('one');
    expect(deltas.join('')).toBe('one');
    expect(finishReason).toBe('stop');
  });

  it('shows what looked like a stop string when it was none', async () => {
    expect((await answer('one#2345', { stop: ['#29'] })).text).toBe('one#2345');
    const cut = await answer('one#2345', {
      stop: ['#23'],
      maxTokens: (await replyTokens(tokenizer, 'one#2')).length - 2,
    });
    expect(cut).toMatchObject({ text: 'one#2', finishReason: 'length' });
  });

  it('ends after maxTokens, with U+FFFD for a character it cut through', async () => {
    const { text, finishReason, usage } = await answer('a🦙', { maxTokens: 4 });
    expect(text).toBe('a\uFFFD');
    expect(finishReason).toBe('length');
    expect(usage.completionTokens).toBe(4);
  });

  it('ends where the context ends', async () => {
    const row = await replyTokens(tokenizer, 'abcdefghijklmnop');
    const contextLength = (await promptTokens(ask('Hi'))) + 5;
    await using model = await scriptedModel(engine, tokenizer, row, { contextLength });
    expect(await collect(model, ask('Hi'), { temperature: 0 })).toMatchObject({
      finishReason: 'length',
      usage: { completionTokens: 5 },
    });
  });

  it('ends at the end of a turn of the older template', async () => {
    const row = await replyTokens(tokenizer, 'fine\n###');
    await using model = await scriptedModel(engine, tokenizer, row.slice(0, -1), { template: 'vicuna_v0' });
    expect(await collect(model, ask('Hi'), { temperature: 0 })).toMatchObject({ text: 'fine', finishReason: 'stop' });
  });

  it('is the same for the same seed, and another without one', async () => {
    const reply = (options: VicunaChatOptions) =>
      random.chat(ask('Tell'), { maxTokens: 30, temperature: 1, ...options }).result;
    const first = await reply({ seed: 5 });
    expect(await reply({ seed: 5 })).toEqual(first);
    expect((await reply({ seed: 6 })).text).not.toBe(first.text);
    expect((await reply({})).text).not.toBe((await reply({})).text);
  });

  it('is the same alone and beside others', async () => {
    const chats = Array.from({ length: 5 }, (_, seed) => ({
      messages: ask('word '.repeat(seed * 9)),
      options: { seed, temperature: 1, maxTokens: 12 + seed },
    }));
    const before = engine.usage;
    const together = await Promise.all(chats.map(({ messages, options }) => random.chat(messages, options).result));
    const alone = [];
    for (const { messages, options } of chats) alone.push(await random.chat(messages, options).result);
    expect(together).toEqual(alone);
    expect(engine.usage.handles).toBe(before.handles);
  });
});

describe('the tokens of a reply', () => {
  async function drawn(reply: string, options: VicunaChatOptions = {}) {
    await using model = await scriptedModel(engine, tokenizer, await replyTokens(tokenizer, reply));
    const run = model.chat(ask('Hi'), { temperature: 0, logprobs: 2, ...options });
    const deltas: { text: string; tokens: readonly string[] }[] = [];
    const all: DrawnToken[] = [];
    for await (const { text, tokens = [] } of run) {
      deltas.push({ text, tokens: tokens.map(({ token }) => token) });
      all.push(...tokens);
    }
    return { deltas, all, ...(await run.result) };
  }
  const bytesOf = (tokens: readonly DrawnToken[]) => Buffer.from(tokens.flatMap(({ bytes }) => bytes!)).toString();

  it('come with the text they made, in bytes and with the likeliest beside them', async () => {
    const { all, text } = await drawn('Quick,fox.');
    // Their bytes hold the space that is no part of the reply.
    expect(bytesOf(all).trimStart()).toBe(text);
    for (const { token, logprob, likeliest } of all) {
      expect(likeliest).toHaveLength(2);
      expect(likeliest[0]).toMatchObject({ token, logprob });
      expect(logprob).toBeLessThanOrEqual(0);
      expect(likeliest[1]!.logprob).toBeLessThanOrEqual(logprob);
    }
  });

  it('wait with a text that could become a stop string, and are not shown where it does', async () => {
    const shown = await drawn('one#2345', { stop: ['#29'] });
    const hash = shown.deltas.find(({ tokens }) => tokens.includes('#'))!;
    expect(hash.text.startsWith('#2')).toBe(true);
    expect(bytesOf(shown.all).trimStart()).toBe('one#2345');
    const cut = await drawn('one#2345', { stop: ['#23'] });
    expect(bytesOf(cut.all).trimStart()).toBe('one');
  });

  it('that make a character together are shown with it', async () => {
    const { deltas } = await drawn('a🦙');
    expect(deltas.at(-1)).toEqual({ text: '🦙', tokens: ['\uFFFD', '\uFFFD', '\uFFFD', '\uFFFD'] });
  });

  it('are all there where the reply ends inside a character', async () => {
    const { all, usage } = await drawn('a🦙', { maxTokens: 4 });
    expect(all).toHaveLength(usage.completionTokens);
  });

  it('are left out unless they are asked for', async () => {
    const { all } = await drawn('Quick', { logprobs: undefined });
    expect(all).toEqual([]);
  });
});

describe('a reply in JSON', () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string', maxLength: 6 }, age: { type: 'integer', minimum: 0, maximum: 99 } },
    required: ['name', 'age'],
    additionalProperties: false,
  };
  const responseFormat = { type: 'json-schema', schema } as const;

  it('is what the schema admits, whatever the model would say, and then ends', async () => {
    const before = engine.usage;
    for (const options of [{ temperature: 0 }, { temperature: 2, seed: 1 }, { temperature: 1, topP: 0.5, seed: 2 }]) {
      const { text, finishReason } = await random.chat(ask('Who?'), { ...options, responseFormat }).result;
      const { name, age, ...rest } = JSON.parse(text);
      expect(rest).toEqual({});
      expect([...name].length).toBeLessThanOrEqual(6);
      expect(Number.isInteger(age) && age >= 0 && age <= 99).toBe(true);
      expect(finishReason).toBe('stop');
    }
    expect(engine.usage).toEqual(before);
  });

  it('is cut where maxTokens are few, and says so', async () => {
    expect(await random.chat(ask('Who?'), { responseFormat, maxTokens: 3 }).result).toMatchObject({
      finishReason: 'length',
    });
  });

  it('is refused where the schema cannot be followed', async () => {
    const unknown = { type: 'json-schema', schema: { type: 'tree' } } as const;
    await expect(random.chat(ask('Who?'), { responseFormat: unknown }).result).rejects.toMatchObject({
      code: 'schema-unsupported',
    });
  });
});

describe('messages that are too long', () => {
  const history: Message[] = [
    { role: 'system', content: 'Be kind.' },
    ...Array.from({ length: 8 }, (_, round): Message[] => [
      { role: 'user', content: `Question ${round}` },
      { role: 'assistant', content: `Answer ${round}` },
    ]).flat(),
    { role: 'user', content: 'Last question' },
  ];
  const chatIn = async (contextLength: number, options: VicunaChatOptions, messages = history) => {
    await using model = await VicunaModel.create(
      { hiddenSize: 8, layers: 1, heads: 1, contextLength },
      { engine, tokenizer },
    );
    return await model.chat(messages, { maxTokens: 4, ...options }).result;
  };

  it('are refused, naming the counts', async () => {
    const count = await promptTokens(history);
    const error: unknown = await chatIn(count, {}).catch((reason) => reason);
    expect(VicunaError.isInstance(error) && error.code).toBe('context-overflow');
    expect(String(error)).toMatch(new RegExp(`takes ${count} tokens .* holds ${count}.*truncate-oldest`));
    await expect(chatIn(count + 1, {})).resolves.toMatchObject({ usage: { promptTokens: count } });
  });

  it('lose the oldest rounds on request, as few as needed, never the system message or the last question', async () => {
    for (const kept of [0, 3, 7, 8]) {
      const messages = [history[0]!, ...history.slice(history.length - 1 - 2 * kept)];
      const count = await promptTokens(messages);
      // Just enough for these, and four tokens of reply.
      const { usage } = await chatIn(count + 4, { contextOverflow: 'truncate-oldest' });
      expect(usage.promptTokens).toBe(count);
    }
  });

  it('are refused when even the last question is too long', async () => {
    const count = await promptTokens(ask('Last question'));
    const alone = chatIn(count, { contextOverflow: 'truncate-oldest' }, ask('Last question'));
    await expect(alone).rejects.toThrow(/last of them is too long by itself/);
    const tight = await chatIn(count + 1, { contextOverflow: 'truncate-oldest' }, ask('Last question'));
    expect(tight).toMatchObject({ finishReason: 'length', usage: { completionTokens: 1 } });
  });
});

describe('a chat that ends early', () => {
  it('frees its cache when the loop is left', async () => {
    const before = engine.usage;
    for await (const _ of random.chat(ask('Hi'), { maxTokens: 50, temperature: 1, seed: 1 })) break;
    expect(engine.usage).toEqual(before);
  });

  it('frees its cache and gives the very reason when it is aborted, in a long prompt or in the reply', async () => {
    const before = engine.usage;
    for (const [content, phase] of [
      ['word '.repeat(60), 'prompt'],
      ['Hi', 'reply'],
    ] as const) {
      const controller = new AbortController();
      const reason = new Error('enough');
      const run = random.chat(ask(content), {
        temperature: 1,
        signal: controller.signal,
        onProgress: (progress) => progress.phase === phase && controller.abort(reason),
      });
      await expect(run.result).rejects.toBe(reason);
      expect(engine.usage).toEqual(before);
    }
  });

  it('frees its cache when another chat of the same step fails', async () => {
    const before = engine.usage;
    const controller = new AbortController();
    const aborted = random.chat(ask('A'), { maxTokens: 60, seed: 1, temperature: 1, signal: controller.signal }).result;
    const other = random.chat(ask('B'), { maxTokens: 20, seed: 2, temperature: 1 }).result;
    setTimeout(() => controller.abort(new Error('enough')), 5);
    await expect(aborted).rejects.toThrow('enough');
    await expect(other).resolves.toMatchObject({ usage: expect.anything() });
    expect(engine.usage.handles).toBe(before.handles);
  });

  it('ends with a typed error when its model is disposed of, and leaves nothing behind', async () => {
    const before = engine.usage.handles;
    const model = await scriptedModel(engine, tokenizer, await replyTokens(tokenizer, 'abcdef'));
    const waiting = expect(model.chat(ask('Hi')).result).rejects.toMatchObject({ code: 'disposed' });
    const run = model.chat(ask('Hi'), { temperature: 0 });
    const loop = async () => {
      for await (const _ of run) await model[Symbol.asyncDispose]();
    };
    await expect(loop()).rejects.toMatchObject({ code: 'disposed' });
    await waiting;
    expect(engine.usage.handles).toBe(before);
    await expect(model.chat(ask('Hi')).result).rejects.toMatchObject({ code: 'disposed' });
    await expect(model.logits([1])).rejects.toMatchObject({ code: 'disposed' });
    await expect(model.save('anywhere')).rejects.toMatchObject({ code: 'disposed' });
  });
});

describe('what cannot be chatted with', () => {
  it.each([
    [{ temperature: -1 }, 'temperature'],
    [{ topP: 0 }, 'topP'],
    [{ topK: 1.5 }, 'topK'],
    [{ maxTokens: 0 }, 'maxTokens'],
    [{ stop: [''] }, 'stop.0'],
    [{ repetitionPenalty: 0 }, 'repetitionPenalty'],
    [{ frequencyPenalty: 3 }, 'frequencyPenalty'],
    [{ logprobs: 21 }, 'logprobs'],
    [{ responseFormat: { type: 'xml' } }, 'responseFormat.type'],
    [{ topk: 1 }, ''],
  ])('are options such as %j', async (options, path) => {
    const error: unknown = await random.chat(ask('Hi'), options as VicunaChatOptions).result.catch((reason) => reason);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).issues[0]!.path).toBe(path);
  });

  it('is a model without a tokenizer', async () => {
    const config = { vocabularySize: 64, hiddenSize: 8, layers: 1, heads: 1 };
    await using model = await VicunaModel.create(config, { engine });
    await expect(model.chat(ask('Hi')).result).rejects.toThrow(/has no tokenizer.*tokenizer\.json/);
  });

  it('is a conversation that the user did not speak last in', async () => {
    const messages: Message[] = [...ask('Hi'), { role: 'assistant', content: 'Hello' }];
    await expect(random.chat(messages).result).rejects.toMatchObject({ code: 'data-malformed' });
  });
});

describe('a completion', () => {
  it('goes on with a text as it stands, spaces and all', async () => {
    const row = [(await tokenizer.encode('yes')).ids.at(-1)!, ...(await replyTokens(tokenizer, 'x')).slice(1)];
    await using model = await scriptedModel(engine, tokenizer, row);
    const { text, usage } = await model.complete('yes', { temperature: 0 }).result;
    expect(text).toBe(' x');
    expect(usage).toEqual({ promptTokens: (await tokenizer.encode('yes')).length, completionTokens: 3 });
  });

  it('is refused where the text fills the context', async () => {
    await expect(random.complete('x '.repeat(600)).result).rejects.toMatchObject({ code: 'context-overflow' });
  });
});
