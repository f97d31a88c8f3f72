import * as z from 'zod';
import type { DrawnToken, Generation, TextDelta, TokenProbability, Usage } from '../conversation/index.js';
import { ReplyProblem } from './failure.js';

const tokenFields = { token: z.string(), logprob: z.number(), bytes: z.array(z.number()).nullish() };
const drawnTokens = z.object({
  content: z.array(z.object({ ...tokenFields, top_logprobs: z.array(z.object(tokenFields)).nullish() })).nullish(),
});
const content = z.object({ content: z.string().nullish(), refusal: z.string().nullish() });
const choiceFields = {
  index: z.int().optional(),
  finish_reason: z.string().nullish(),
  logprobs: drawnTokens.nullish(),
};
const count = z.int().nonnegative();
// An endpoint that counts in another form than this does not count.
const usage = z
  .object({
    prompt_tokens: count,
    completion_tokens: count,
    prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
  })
  .nullish()
  .catch(null);

const wholeReply = z.object({ choices: z.array(z.object({ ...choiceFields, message: content })).min(1), usage });
const replyEvent = z.object({
  choices: z.array(z.object({ ...choiceFields, delta: content.nullish() })).nullish(),
  usage,
});

type FinishReason = Generation['finishReason'];
/** OpenAI's own, and those that TGI (`eos_token`, `stop_sequence`) and Mistral (`model_length`) give. */
const finishReasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos_token: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  model_length: 'length',
  content_filter: 'content-filter',
};
/** The endpoint says that it failed; the next time it may not. */
const failures = ['error', 'abort'];

/** A reply, put together of what an endpoint sends. @internal */
export class Reply {
  text = '';
  usage: Usage | undefined;
  hasTokens = false;
  #refused = false;
  #finishReason: string | undefined;

  /** Nothing but its usage can still come. */
  get finished(): boolean {
    return this.#finishReason !== undefined;
  }

  /**
   * Takes a reply that is not streamed.
   *
   * @throws ReplyProblem
   */
  takeWhole(body: unknown): TextDelta | undefined {
    const { choices, usage } = parse(wholeReply, body);
    const choice = choices[0] as (typeof choices)[number];
    return this.#take(choice.message, choice, usage);
  }

  /**
   * Takes an event of a streamed reply.
   *
   * @throws ReplyProblem
   */
  takeEvent(event: unknown): TextDelta | undefined {
    const { choices, usage } = parse(replyEvent, event);
    // Others are events about the prompt, or of usage.
    const choice = choices?.find(({ index = 0 }) => index === 0);
    return this.#take(choice?.delta, choice, usage);
  }

  /**
   * The reply, once everything has come.
   *
   * @param mayBeEmpty - stop strings may have ended it before its first character.
   * @throws ReplyProblem where it is not whole, or empty for no reason.
   */
  finish({ mayBeEmpty }: { readonly mayBeEmpty: boolean }): Omit<Generation, 'usage'> {
    const reason = this.#finishReason;
    if (reason === undefined) throw new ReplyProblem('the reply ended before it was finished');
    if (failures.includes(reason)) throw new ReplyProblem(`the endpoint ended the reply with "${reason}"`);
    const known = finishReasons[reason];
    if (known === undefined) {
      throw new ReplyProblem(`the endpoint ended the reply with the unknown reason ${JSON.stringify(reason)}`, {
        retryable: false,
      });
    }
    const finishReason = this.#refused ? 'content-filter' : known;
    if (this.text === '' && finishReason === 'stop' && !mayBeEmpty) throw new ReplyProblem('the reply is empty');
    return { text: this.text, finishReason };
  }

  #take(said: Said, choice: Choice | undefined, counted: Counted): TextDelta | undefined {
    if (counted) this.usage = usageOf(counted);
    if (choice?.finish_reason) this.#finishReason = choice.finish_reason;
    // Why a model refused is all that it said.
    if (said?.refusal) this.#refused = true;
    const text = (said?.content ?? '') + (said?.refusal ?? '');
    const tokens = choice?.logprobs?.content?.map(drawnToken);
    this.text += text;
    if (tokens === undefined || tokens.length === 0) return text === '' ? undefined : { type: 'text-delta', text };
    this.hasTokens = true;
    return { type: 'text-delta', text, tokens };
  }
}

type Said = z.output<typeof content> | null | undefined;
type Choice = Pick<z.output<typeof wholeReply>['choices'][number], 'finish_reason' | 'logprobs'>;
type Counted = z.output<typeof usage>;
type WireToken = NonNullable<z.output<typeof drawnTokens>['content']>[number];

function parse<Output>(schema: z.ZodType<Output>, value: unknown): Output {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.');
  throw new ReplyProblem(`the reply has not the form of a chat completion: ${place}: ${issue?.message}`);
}

function usageOf({ prompt_tokens, completion_tokens, prompt_tokens_details }: NonNullable<Counted>): Usage {
  const cached = prompt_tokens_details?.cached_tokens;
  return {
    promptTokens: prompt_tokens,
    completionTokens: completion_tokens,
    ...(cached == null ? {} : { cachedPromptTokens: cached }),
  };
}

function drawnToken({ top_logprobs, ...token }: WireToken): DrawnToken {
  return { ...tokenProbability(token), likeliest: top_logprobs?.map(tokenProbability) ?? [] };
}

function tokenProbability({ token, logprob, bytes }: Omit<WireToken, 'top_logprobs'>): TokenProbability {
  return { token, logprob, ...(bytes == null ? {} : { bytes }) };
}
