import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../src/serve/http/openapi/document.js';
import { createHandler } from '../../../src/serve/index.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { requestsOf } from './support/openapi-requests.js';
import { everythingModel, hello } from './support/served.js';

type Document = {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
  >;
};
const document = openApiDocument() as Document;
const ajv = new Ajv2020({ strict: false }).addFormat('date-time', true);

async function handler() {
  const votes = { path: join(await temporaryDirectory(), 'votes.jsonl'), keepTexts: true };
  return createHandler({ keys: 'open', votes }, { models: [everythingModel()] });
}

function post(path: string, body: unknown): Request {
  return new Request(`http://localhost${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('the OpenAPI document', () => {
  it('is one, by the schema of OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(openApiDocument()));
    expect(errors ?? []).toEqual([]);
    expect(valid).toBe(true);
  });

  it('describes the answers as they are', async () => {
    const { fetch } = await handler();
    const ask: readonly [string, string, Request][] = [
      [
        '/v1/chat/completions',
        'post',
        post('/v1/chat/completions', { model: 'everything', messages: hello, logprobs: true }),
      ],
      ['/v1/completions', 'post', post('/v1/completions', { model: 'everything', prompt: 'x', logprobs: 1 })],
      ['/v1/embeddings', 'post', post('/v1/embeddings', { model: 'everything', input: 'x' })],
      ['/v1/votes', 'post', post('/v1/votes', { models: { a: 'x', b: 'y' }, outcome: 'tie' })],
      ['/v1/models', 'get', new Request('http://localhost/v1/models')],
      ['/v1/models/{id}', 'get', new Request('http://localhost/v1/models/everything')],
      ['/healthz', 'get', new Request('http://localhost/healthz')],
      ['/readyz', 'get', new Request('http://localhost/readyz')],
    ];
    for (const [path, method, request] of ask) {
      const response = await fetch(request);
      expect(response.status, path).toBe(200);
      const schema = document.paths[path]![method]!.responses['200']!.content!['application/json']!.schema;
      ajv.validate(schema, await response.json());
      expect(ajv.errors, path).toBeNull();
    }
  });

  it('is what requests are checked by: whatever it admits is answered, and nothing ends in a 5xx', async () => {
    const { fetch } = await handler();
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(requestsOf(openApiDocument(), 'everything'), async ({ path, body }) => {
        const response = await fetch(post(path, body));
        const text = await response.text();
        expect(response.status, `${path} ${JSON.stringify(body)} -> ${text}`).toBeLessThan(500);
        if (response.status === 200) answered++;
        else
          expect(JSON.parse(text)).toMatchObject({
            error: { message: expect.any(String), trace_id: expect.any(String) },
          });
      }),
      { numRuns: 500 },
    );
    expect(answered).toBeGreaterThan(150);
  });

  it('and whatever it does not admit ends in a 4xx', async () => {
    const { fetch } = await handler();
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('/v1/chat/completions', '/v1/completions', '/v1/embeddings', '/v1/votes'),
        fc.jsonValue({ maxDepth: 3 }),
        async (path, body) => {
          const { status } = await fetch(post(path, body));
          expect(status).toBeGreaterThanOrEqual(400);
          expect(status).toBeLessThan(500);
        },
      ),
      { numRuns: 300 },
    );
  });
});
