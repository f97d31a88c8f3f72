import { describe, expect, it, vi } from 'vitest';
import { openaiModeration } from '../../src/openai/index.js';
import { OpenAIEndpoint } from '../support/openai-endpoint.js';
import { hostile } from '../support/openai-hostile.js';
import { quick } from './support.js';

const categoriesOf = (text: string) => ['hate', 'violence'].filter((category) => text.includes(category));
const verdictOf = (text: string) => ({ flagged: categoriesOf(text).length > 0, categories: categoriesOf(text) });
const moderating = ({ body }: { body: Record<string, unknown> }) => ({
  verdicts: (body.input as string[]).map(categoriesOf),
});

describe('openaiModeration', () => {
  it('gives a verdict for each text, in their order', async () => {
    await using endpoint = await OpenAIEndpoint.start(moderating);
    const moderate = openaiModeration({ baseURL: endpoint.baseURL, ...quick });
    expect(await moderate(['hello', 'hate and violence', 'violence'])).toEqual([
      { flagged: false, categories: [] },
      { flagged: true, categories: ['hate', 'violence'] },
      { flagged: true, categories: ['violence'] },
    ]);
    expect(endpoint.requests[0]).toMatchObject({
      path: '/v1/moderations',
      body: { model: 'omni-moderation-latest', input: ['hello', 'hate and violence', 'violence'] },
    });
  });

  it('asks in batches, and sends no empty text', async () => {
    await using endpoint = await OpenAIEndpoint.start(moderating);
    const moderate = openaiModeration({ baseURL: endpoint.baseURL, batchSize: 2, ...quick });
    const texts = ['a', '', 'hate', ' \n', 'b', 'violence', 'c'];
    const progress: number[] = [];
    expect(await moderate(texts, { onProgress: ({ done }) => progress.push(done) })).toEqual(texts.map(verdictOf));
    expect(endpoint.requests.map(({ body }) => body.input).sort()).toEqual([['a', 'hate'], ['b', 'violence'], ['c']]);
    expect(progress.at(-1)).toBe(7);
    expect(await moderate([])).toEqual([]);
  });

  it('tries again as chat models do', async () => {
    await using endpoint = await OpenAIEndpoint.start(hostile(moderating));
    const options = {
      baseURL: endpoint.baseURL,
      ...quick,
      batchSize: 3,
      retries: 8,
      timeoutSeconds: 0.4,
      concurrency: 4,
    };
    const texts = Array.from({ length: 40 }, (_, at) => (at % 3 === 0 ? `hate ${at}` : `text ${at}`));
    expect(await openaiModeration(options)(texts)).toEqual(texts.map(verdictOf));
    expect(endpoint.peakConcurrency).toBeLessThanOrEqual(4);
  });

  it('lets any number of batches wait, without a warning of too many listeners', async () => {
    await using endpoint = await OpenAIEndpoint.start(moderating);
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const moderate = openaiModeration({ baseURL: endpoint.baseURL, batchSize: 1, ...quick, concurrency: 1 });
    await moderate(Array.from({ length: 30 }, (_, at) => `text ${at}`));
    const names = warned.mock.calls.map(([warning]) => (warning instanceof Error ? warning.name : warning));
    warned.mockRestore();
    expect(names).not.toContain('MaxListenersExceededWarning');
  });

  it('does not take too few verdicts for all', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ verdicts: [[]] }));
    const moderate = openaiModeration({ baseURL: endpoint.baseURL, ...quick, retries: 1 });
    await expect(moderate(['a', 'b'])).rejects.toThrow(/1 verdicts on 2 texts/);
  });

  it('rejects with the reason of an abort, and ends its requests', async () => {
    await using endpoint = await OpenAIEndpoint.start(() => ({ fault: 'stall' }));
    const moderate = openaiModeration({ baseURL: endpoint.baseURL, ...quick, batchSize: 1 });
    const controller = new AbortController();
    const call = moderate(['a', 'b'], { signal: controller.signal });
    call.catch(() => undefined);
    await vi.waitFor(() => expect(endpoint.requests).toHaveLength(2));
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(call).rejects.toBe(reason);
    await vi.waitFor(() => expect(endpoint.disconnects).toBe(2));
  });

  it('fails as a whole, and stops what still runs', async () => {
    await using endpoint = await OpenAIEndpoint.start(({ body }) =>
      (body.input as string[])[0] === 'bad' ? { fault: 'status', status: 400 } : { fault: 'stall' },
    );
    const moderate = openaiModeration({ baseURL: endpoint.baseURL, ...quick, batchSize: 1 });
    await expect(moderate(['a', 'bad'])).rejects.toMatchObject({ code: 'endpoint-failed', status: 400 });
    await vi.waitFor(() => expect(endpoint.disconnects).toBe(1));
  });
});
