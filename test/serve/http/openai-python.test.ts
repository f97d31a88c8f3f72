import { describe, expect, it } from 'vitest';
import { hasPythonPackage, runPython } from '../../support/python.js';
import { everythingModel, serve } from './support/served.js';

describe.runIf(await hasPythonPackage('openai'))(
  'the openai Python client, unchanged, against a server of ours',
  () => {
    it('chats, streams, completes, embeds, leaves a stream and understands errors', async () => {
      const { url, key, log } = await serve([everythingModel()]);
      const given = { baseURL: new URL('v1', url).href, key, model: 'everything' };
      expect(await runPython('openai_client.py', given)).toEqual({
        models: ['everything'],
        chat: ['Hello there, friend.', 'Hello there, friend.'],
        logprobs: -0.5,
        streamed: 'Hello there, friend.',
        usage: 3,
        completions: [' and after one', ' and after two'],
        embeddings: [
          [0.5, 0.5, -2],
          [0.25, 0.5, -2],
        ],
        errors: [
          { type: 'NotFoundError', code: 'model-not-found', param: null },
          { type: 'BadRequestError', code: 'request-invalid', param: 'tools' },
          { type: 'AuthenticationError', code: 'unauthorized', param: null },
        ],
      });
      expect(log.length).toBeGreaterThan(8);
    });
  },
);
