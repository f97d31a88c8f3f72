import { describe, expect, it, onTestFinished } from 'vitest';
import { llamaPresets, VicunaModel } from '../../src/model/index.js';
import { byteTokenizer } from '../../src/testing/index.js';
import { serve } from './http/support/served.js';

/** An untrained model, whose replies are noise, but always the same noise. */
async function smallModel(): Promise<VicunaModel> {
  const model = await VicunaModel.create(
    { ...llamaPresets.tiny, contextLength: 1024 },
    { tokenizer: byteTokenizer(), id: 'small', seed: 3 },
  );
  onTestFinished(() => model[Symbol.asyncDispose]());
  return model;
}

const ask = (content: string) => [{ role: 'user' as const, content }];
const greedy = { model: 'small', temperature: 0, max_tokens: 24 };

describe('a VicunaModel behind the API', () => {
  it('says over HTTP what it says in the process, alone and beside fifteen others', async () => {
    const model = await smallModel();
    const { client } = await serve([model]);
    const questions = Array.from({ length: 16 }, (_, index) => `Question ${index} ${'and more '.repeat(index)}`);
    const expected = [];
    for (const question of questions)
      expected.push((await model.chat(ask(question), { temperature: 0, maxTokens: 24 }).result).text);
    const served = await Promise.all(
      questions.map(async (question) => {
        const { choices } = await client.chat.completions.create({ ...greedy, messages: ask(question) });
        return choices[0]?.message.content;
      }),
    );
    expect(served).toEqual(expected);
  });

  it('writes JSON that the schema admits, whatever its weights', async () => {
    const { client } = await serve([await smallModel()]);
    const schema = {
      type: 'object',
      properties: {
        name: { type: 'string', maxLength: 8 },
        size: { enum: ['small', 'large'] },
        count: { type: 'integer', minimum: 1, maximum: 99 },
      },
      required: ['name', 'size', 'count'],
    };
    for (const seed of [1, 2, 3, 4]) {
      const { choices } = await client.chat.completions.create({
        model: 'small',
        messages: ask('Describe it.'),
        temperature: 1,
        seed,
        max_tokens: 400,
        response_format: { type: 'json_schema', json_schema: { name: 'thing', schema, strict: true } },
      });
      expect(choices[0]?.finish_reason).toBe('stop');
      expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({
        name: expect.any(String),
        size: expect.stringMatching(/^(small|large)$/),
        count: expect.any(Number),
      });
    }
  });

  it('refuses a schema that it cannot follow by its place', async () => {
    const { client } = await serve([await smallModel()]);
    const request = client.chat.completions.create({
      ...greedy,
      messages: ask('Describe it.'),
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'string', format: 'uri' } } },
    });
    await expect(request).rejects.toMatchObject({ status: 400, code: 'schema-unsupported' });
    await expect(request).rejects.toThrow(/\/format: "uri"/);
  });

  it('gives probabilities of its tokens, completes, embeds, and remembers what it has read', async () => {
    const { client } = await serve([await smallModel()]);
    const messages = ask(`A long question. ${'It goes on. '.repeat(20)}`);
    const { choices, usage } = await client.chat.completions.create({
      ...greedy,
      messages,
      logprobs: true,
      top_logprobs: 3,
    });
    const tokens = choices[0]!.logprobs!.content!;
    expect(tokens.length).toBe(usage?.completion_tokens);
    for (const { logprob, top_logprobs: top } of tokens) {
      expect(top).toHaveLength(3);
      expect(top[0]!.logprob).toBe(logprob);
    }
    const again = await client.chat.completions.create({ ...greedy, messages, n: 2 });
    expect(again.choices.map(({ message }) => message.content)).toEqual(Array(2).fill(choices[0]!.message.content));
    expect(again.usage?.prompt_tokens_details?.cached_tokens).toBeGreaterThan(200);
    const completion = await client.completions.create({ ...greedy, prompt: 'Once upon a time' });
    expect(completion.choices[0]!.text.length).toBeGreaterThan(0);
    const { data } = await client.embeddings.create({ model: 'small', input: ['one text', 'another'] });
    for (const { embedding } of data) expect(Math.hypot(...embedding)).toBeCloseTo(1, 4);
  });

  it('is told about a context that is too small', async () => {
    const { client } = await serve([await smallModel()]);
    const request = client.chat.completions.create({ ...greedy, messages: ask('x'.repeat(2000)) });
    await expect(request).rejects.toMatchObject({ status: 400, code: 'context-overflow' });
  });
});
