import * as z from 'zod';
import { chatRequestSchema } from '../requests/chat.js';
import { completionRequestSchema } from '../requests/completion.js';
import { embeddingRequestSchema } from '../requests/embedding.js';
import { voteRequestSchema } from '../requests/vote.js';
import * as responses from './responses.js';

const VERSION = '1.0.0';

/** An OpenAPI 3.1 document of the API, made of the schemas by which requests are checked. */
export function openApiDocument(): Record<string, unknown> {
  return {
    openapi: '3.1.0',
    info: {
      title: 'vicuna-sdk',
      version: VERSION,
      description: 'Chat and text completions, embeddings and models, in the form of OpenAI’s API.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ bearer: [] }],
    paths: {
      '/v1/chat/completions': post(
        'chat',
        'Answers a conversation.',
        chatRequestSchema,
        responses.chatCompletion,
        true,
      ),
      '/v1/completions': post('complete', 'Goes on with a text.', completionRequestSchema, responses.completion, true),
      '/v1/embeddings': post('embed', 'Turns texts into points.', embeddingRequestSchema, responses.embeddings, false),
      '/v1/votes': post(
        'vote',
        'Keeps a vote on two answers; 404 where the server keeps none.',
        voteRequestSchema,
        responses.vote,
        false,
      ),
      '/v1/models': {
        get: operation('listModels', 'The models that can be asked now.', { 200: json(responses.models) }),
      },
      '/v1/models/{id}': {
        get: {
          ...operation('getModel', 'One model.', { 200: json(responses.model) }),
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        },
      },
      '/metrics': { get: operation('metrics', 'Metrics for Prometheus.', { 200: textBody('text/plain') }) },
      '/openapi.json': {
        get: operation('openapi', 'This document.', { 200: json(z.record(z.string(), z.unknown())) }),
      },
      '/healthz': { get: open('health', 'Whether the process answers.') },
      '/readyz': { get: open('ready', 'Whether a model can be asked.') },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: schemaOf(responses.error, 'output') },
    },
  };
}

function post(id: string, summary: string, request: z.ZodType, response: z.ZodType, streams: boolean) {
  const content = {
    ...json(response).content,
    ...(streams ? { 'text/event-stream': { schema: { type: 'string' } } } : {}),
  };
  return {
    post: {
      ...operation(id, summary, { 200: { description: 'The answer.', content } }),
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(request, 'input') } } },
    },
  };
}

function operation(operationId: string, summary: string, good: Record<number, unknown>) {
  const error = {
    description: 'What is wrong.',
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
  return { operationId, summary, responses: { ...good, '4XX': error, '5XX': error } };
}

function open(operationId: string, summary: string) {
  return { ...operation(operationId, summary, { 200: json(responses.status) }), security: [] };
}

function json(schema: z.ZodType) {
  return { description: 'The answer.', content: { 'application/json': { schema: schemaOf(schema, 'output') } } };
}

function textBody(type: string) {
  return { description: 'The answer.', content: { [type]: { schema: { type: 'string' } } } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}
