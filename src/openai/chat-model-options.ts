import * as z from 'zod';
import type { ChatFeature } from '../conversation/index.js';
import { type SentChatOptions, sentOptionsSchema } from './chat-options.js';
import { type EndpointOptions, endpointFields, endpointUrl } from './endpoint-options.js';
import type { FieldNames } from './request.js';

/** A resource of Azure OpenAI. @public */
export interface AzureOptions {
  /** `https://example.openai.azure.com` */
  readonly endpoint: string;
  /** The resource's name for the deployed model. @defaultValue the name of the model */
  readonly deployment?: string | undefined;
  /** `2024-10-21` */
  readonly apiVersion: string;
}

/** Which model of which endpoint, and how it is called. @public */
export interface OpenAIChatModelOptions extends EndpointOptions {
  /** As the endpoint calls it. */
  readonly model: string;
  /** What reports and stores call the model. @defaultValue `model` */
  readonly id?: string | undefined;
  /** Instead of `baseURL`. */
  readonly azure?: AzureOptions | undefined;
  /**
   * What the endpoint offers of the options that not every one does. An option that needs another is refused before
   * anything is sent; what is named here and not offered is the endpoint's to refuse. Reasoning models of OpenAI offer
   * `['json-schema']`.
   *
   * @defaultValue `['json-schema', 'logprobs', 'penalties', 'seed']` for OpenAI and Azure, none elsewhere
   */
  readonly features?: readonly ChatFeature[] | undefined;
  /**
   * Whether the endpoint sends a reply as it is made. `auto`: where deltas are iterated; a call of which only `result` is
   * awaited asks for the whole reply. `always`: also then, for models that are silent for longer than `timeoutSeconds` if
   * they must finish first. `never`: for endpoints that cannot; the whole reply is one delta.
   *
   * @defaultValue `'auto'`
   */
  readonly stream?: 'auto' | 'always' | 'never' | undefined;
  /** What the endpoint calls fields that endpoints name differently. @defaultValue as OpenAI does */
  readonly fieldNames?: FieldNames | undefined;
  /** Options of calls that do not say otherwise. What neither says is the endpoint's to decide, temperature too. */
  readonly defaults?: SentChatOptions | undefined;
}

const features = z.enum(['json-schema', 'logprobs', 'penalties', 'repetition-penalty', 'top-k', 'seed']);

/** @internal */
export const chatModelOptionsSchema = z
  .strictObject({
    ...endpointFields,
    model: z.string().min(1, 'must name a model'),
    id: z.string().min(1).optional(),
    azure: z
      .strictObject({
        endpoint: endpointUrl,
        deployment: z.string().min(1).optional(),
        apiVersion: z.string().min(1),
      })
      .optional(),
    features: z.array(features).readonly().optional(),
    stream: z.enum(['auto', 'always', 'never']).default('auto'),
    fieldNames: z
      .strictObject({
        maxTokens: z.enum(['max_completion_tokens', 'max_tokens']).optional(),
        repetitionPenalty: z.enum(['repetition_penalty', 'repeat_penalty']).optional(),
      })
      .default({}),
    defaults: sentOptionsSchema.default({}),
  })
  .refine(({ azure, baseURL }) => azure === undefined || baseURL === undefined, {
    path: ['baseURL'],
    error: 'must not stand beside azure, whose endpoint says where it is',
  });
