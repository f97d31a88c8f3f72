import type { Usage } from '../../../conversation/index.js';

/** Tokens of all replies to a request: the prompt counts once, as OpenAI counts it. */
export interface UsageBody {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** @param prompts - usages of the choices of each prompt. */
export function usageBody(prompts: readonly (readonly Usage[])[]): UsageBody {
  const total = (of: (usage: Usage) => number, usages: readonly Usage[]) =>
    usages.reduce((sum, usage) => sum + of(usage), 0);
  const first = prompts.flatMap((choices) => choices.slice(0, 1));
  const promptTokens = total((usage) => usage.promptTokens, first);
  const completionTokens = total((usage) => usage.completionTokens, prompts.flat());
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: total((usage) => usage.cachedPromptTokens ?? 0, first) },
  };
}
