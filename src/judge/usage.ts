import type { Usage } from '../conversation/index.js';

export const noUsage: Usage = { promptTokens: 0, completionTokens: 0 };

export function addUsage(one: Usage, other: Usage): Usage {
  const cached = (one.cachedPromptTokens ?? 0) + (other.cachedPromptTokens ?? 0);
  return {
    promptTokens: one.promptTokens + other.promptTokens,
    completionTokens: one.completionTokens + other.completionTokens,
    ...(cached > 0 && { cachedPromptTokens: cached }),
    ...((one.estimated || other.estimated) && { estimated: true }),
  };
}
