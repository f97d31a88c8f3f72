import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrawnToken, Message } from '../../../src/conversation/index.js';
import { createEngine, type Engine, type EngineOptions } from '../../../src/engine/index.js';
import { type BatchingConfig, type LoadOptions, VicunaModel } from '../../../src/model/index.js';
import { byteTokenizer } from '../../../src/testing/index.js';
import { nativeAddon } from '../../support/native.js';

const tokenizer = byteTokenizer();
const config = { hiddenSize: 48, layers: 2, heads: 4, keyValueHeads: 2, contextLength: 700, initializerRange: 0.3 };

const questions = [
  'Hi',
  'What is a vicuña?',
  'Tell me about the mountains, and about what lives there.',
  'a '.repeat(150),
  'What is a llama?',
];
const ask = (content: string): Message[] => [{ role: 'user', content }];

/** What a reply was, and the very numbers it was drawn from. */
interface Reply {
  readonly text: string;
  readonly tokens: readonly DrawnToken[];
}

async function reply(model: VicunaModel, messages: readonly Message[], maxTokens = 16): Promise<Reply> {
  const run = model.chat(messages, { temperature: 0, maxTokens, logprobs: 3 });
  const tokens: DrawnToken[] = [];
  for await (const delta of run) tokens.push(...(delta.tokens ?? []));
  const { text } = await run.result;
  return { text, tokens };
}

const engines: readonly EngineOptions[] = [
  ...(nativeAddon === undefined ? [] : [{ engine: 'native', threads: 2 } as const]),
  { backend: 'wasm' },
];

describe.each(engines)('on %j', (options) => {
  const isNative = options.engine === 'native';
  let engine: Engine;
  let directory: string;
  beforeAll(async () => {
    engine = await createEngine(options);
    directory = await mkdtemp(join(tmpdir(), 'vicuna-'));
    await using model = await VicunaModel.create(config, { engine, tokenizer, seed: 5 });
    await model.save(directory);
  });
  afterAll(async () => {
    await rm(directory, { recursive: true });
    expect(engine.usage).toMatchObject({ handles: 0 });
    await engine[Symbol.asyncDispose]();
  });
  const load = (batching: BatchingConfig, rest: LoadOptions = {}) =>
    VicunaModel.load(directory, { engine, batching, ...rest });
  /** Bit for bit on the native engine; elsewhere the text. */
  const expectSame = (actual: Reply, expected: Reply) =>
    expect(isNative ? actual : actual.text).toEqual(isNative ? expected : expected.text);

  describe.each(isNative ? (['float32', 'bfloat16', 'int8'] as const) : (['float32'] as const))('in %s', (weights) => {
    it('a reply is the same in every company, cut and order, with and without what others computed', async () => {
      await using alone = await load({ prefixCacheBytes: 0 }, { weights });
      const expected: Reply[] = [];
      for (const question of questions) expected.push(await reply(alone, ask(question)));
      const arrivals = fc.array(fc.record({ question: fc.nat(questions.length - 1), turns: fc.nat(12) }), {
        minLength: 2,
        maxLength: 6,
      });
      const batching = fc.record({
        stepTokens: fc.constantFrom(6, 40, 256),
        maximumSequences: fc.constantFrom(2, 6),
        prefixCacheBytes: fc.constantFrom(0, 60_000, 2 ** 28),
        cacheBytes: fc.constantFrom(600_000, 2 ** 28),
      });
      await fc.assert(
        fc.asyncProperty(arrivals, batching, async (calls, chosen) => {
          await using model = await load(chosen, { weights });
          const replies = calls.map(async ({ question, turns }) => {
            for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
            return reply(model, ask(questions[question]!));
          });
          for (const [index, actual] of (await Promise.all(replies)).entries())
            expectSame(actual, expected[calls[index]!.question]!);
          expect(model.currentLoad).toMatchObject({ running: 0, waiting: 0 });
        }),
        { numRuns: isNative ? 8 : 4 },
      );
    });

    it('a conversation goes on from its earlier turns as if it were read anew', async () => {
      await using cold = await load({ prefixCacheBytes: 0 }, { weights });
      await using warm = await load({}, { weights });
      const messages: Message[] = [];
      let known = 0;
      for (const question of ['Hello', 'And then?', 'Why?']) {
        messages.push({ role: 'user', content: question });
        const run = warm.chat(messages, { temperature: 0, maxTokens: 12 });
        const { text, usage } = await run.result;
        const fresh = await cold.chat(messages, { temperature: 0, maxTokens: 12 }).result;
        expect(text).toBe(fresh.text);
        expect(fresh.usage.cachedPromptTokens).toBeUndefined();
        expect(usage.cachedPromptTokens).toBeGreaterThanOrEqual(known);
        known = usage.promptTokens - 1;
        expectSame(await reply(warm, messages), await reply(cold, messages));
        messages.push({ role: 'assistant', content: text });
      }
    });
  });

  it('nothing is shared across an adapter or a written weight', async () => {
    await using model = await load({});
    const cached = async () => (await model.chat(ask('Hello'), { maxTokens: 2 }).result).usage.cachedPromptTokens;
    expect(await cached()).toBe(0);
    expect(await cached()).toBeGreaterThan(10);
    const [embedding] = model.parameters;
    await engine.write(embedding!, await engine.download(embedding!));
    expect(await cached()).toBe(0);
    expect(await cached()).toBeGreaterThan(10);
    expect(model.currentLoad.keptTokens).toBeGreaterThan(10);
  });
});
