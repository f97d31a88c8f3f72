import { setMaxListeners } from 'node:events';
import * as z from 'zod';
import type { ModerationVerdict } from '../conversation/index.js';
import { type CallOptions, parseConfig, startRun } from '../core/index.js';
import { Endpoint, type EndpointRuntime } from './endpoint.js';
import { type EndpointOptions, endpointFields } from './endpoint-options.js';
import { ReplyProblem } from './failure.js';

/** Judges whether texts may be shown: one verdict for each, in their order. @public */
export type Moderator = (texts: readonly string[], options?: CallOptions) => Promise<readonly ModerationVerdict[]>;

/** Which moderation model of which endpoint. @public */
export interface OpenAIModerationOptions extends EndpointOptions {
  /** Which moderation model, as the endpoint calls it. @defaultValue `'omni-moderation-latest'` */
  readonly model?: string | undefined;
  /** Most texts of one request. @defaultValue `32` */
  readonly batchSize?: number | undefined;
}

const optionsSchema = z.strictObject({
  ...endpointFields,
  model: z.string().min(1).default('omni-moderation-latest'),
  batchSize: z.int().positive().max(1000).default(32),
});

const replySchema = z.object({
  results: z.array(z.object({ flagged: z.boolean(), categories: z.record(z.string(), z.boolean().nullish()) })),
});

/**
 * Moderation by the endpoint of OpenAI, or of a server that speaks like it, with the retries, timeouts and slots of
 * {@link openaiChatModel}. Empty texts are not sent: there is nothing to flag.
 *
 * @throws ConfigError at once; EndpointError from a call, for all its texts together.
 *
 * @example
 * ```ts
 * const moderate = openaiModeration({});
 * const [verdict] = await moderate(['How do I boil an egg?']); // { flagged: false, categories: [] }
 * ```
 *
 * @public
 */
export function openaiModeration(options: OpenAIModerationOptions, runtime: EndpointRuntime = {}): Moderator {
  const subject = 'openaiModeration options';
  const settings = parseConfig(optionsSchema, options, subject);
  const endpoint = new Endpoint(subject, settings, undefined, runtime);
  const { model, batchSize } = settings;

  async function verdictsOn(input: string[], signal: AbortSignal): Promise<ModerationVerdict[]> {
    const client = await endpoint.client();
    const parsed = replySchema.safeParse(await client.moderations.create({ model, input }, { signal }));
    if (!parsed.success) throw new ReplyProblem('the reply has not the form of a moderation');
    const { results } = parsed.data;
    if (results.length !== input.length) {
      throw new ReplyProblem(`the reply has ${results.length} verdicts on ${input.length} texts`);
    }
    return results.map(({ flagged, categories }) => ({
      flagged,
      categories: Object.keys(categories).filter((category) => categories[category]),
    }));
  }

  async function moderateBatch(input: string[], signal: AbortSignal): Promise<ModerationVerdict[]> {
    const release = await endpoint.slots.take(signal);
    try {
      for (let attempts = 1; ; attempts++) {
        await endpoint.open(signal);
        try {
          return await verdictsOn(input, signal);
        } catch (error) {
          signal.throwIfAborted();
          const failure = await endpoint.failureOf(error);
          if (failure === undefined) throw error;
          await endpoint.retry(failure, attempts, undefined, signal);
        }
      }
    } finally {
      release();
    }
  }

  return (texts, { signal, onProgress } = {}) =>
    startRun<never, readonly ModerationVerdict[]>(
      // A run for its signal, which ends the other requests when one fails.
      async function* (own) {
        // Each batch that waits for its turn listens.
        setMaxListeners(0, own);
        const verdicts: ModerationVerdict[] = texts.map(() => ({ flagged: false, categories: [] }));
        const sent = texts.flatMap((text, at) => (text.trim() === '' ? [] : [at]));
        let done = texts.length - sent.length;
        const batches = Array.from({ length: Math.ceil(sent.length / batchSize) }, (_, batch) =>
          sent.slice(batch * batchSize, (batch + 1) * batchSize),
        );
        await Promise.all(
          batches.map(async (places) => {
            const found = await moderateBatch(
              places.map((at) => texts[at] as string),
              own,
            );
            for (const [index, at] of places.entries()) verdicts[at] = found[index] as ModerationVerdict;
            done += places.length;
            onProgress?.({ phase: 'moderate', done, total: texts.length });
          }),
        );
        return verdicts;
      },
      { signal },
    ).result;
}
