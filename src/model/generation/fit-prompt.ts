import { type Message, type PromptTemplate, renderPrompt } from '../../conversation/index.js';
import { VicunaError } from '../../core/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import type { GenerationSettings } from '../sampling/settings.js';

export interface PromptLimits extends Pick<GenerationSettings, 'maxTokens' | 'contextOverflow'> {
  readonly contextLength: number;
}

/**
 * Writes messages as the tokens of a prompt that leaves room for a reply.
 *
 * @throws VicunaError `context-overflow` naming the counts where there is no room and nothing may be left out.
 */
export async function fitPrompt(
  messages: readonly Message[],
  template: PromptTemplate,
  tokenizer: Tokenizer,
  limits: PromptLimits,
): Promise<Int32Array> {
  const encode = (kept: readonly Message[]) => tokenizer.encode(renderPrompt(kept, template));
  const { contextLength, contextOverflow } = limits;
  const whole = await encode(messages);
  if (contextOverflow === 'error') {
    assertRoom(whole.length, contextLength, "Shorten them, or pass contextOverflow: 'truncate-oldest'.");
    return whole.ids;
  }
  const limit = contextLength - replyRoom(limits);
  if (whole.length <= limit) return whole.ids;

  // Fewer rounds are never more tokens, so the longest row of rounds that fits is found by halving.
  const { system, rounds } = splitRounds(messages);
  const without = (dropped: number) => encode([...system, ...rounds.slice(dropped).flat()]);
  let fits = rounds.length - 1;
  let tooLong = 0;
  let prompt = await without(fits);
  while (fits - tooLong > 1) {
    const middle = (fits + tooLong) >>> 1;
    const candidate = await without(middle);
    if (candidate.length <= limit) [fits, prompt] = [middle, candidate];
    else tooLong = middle;
  }
  assertRoom(prompt.length, contextLength, 'The last of them is too long by itself: shorten it.');
  return prompt.ids;
}

/** @throws VicunaError `context-overflow` where not even one more token fits. */
export function assertRoom(promptTokens: number, contextLength: number, advice: string): void {
  if (promptTokens < contextLength) return;
  throw new VicunaError(
    'context-overflow',
    `The prompt takes ${promptTokens} tokens and the model's context holds ${contextLength}, which leaves no room for a reply. ${advice}`,
  );
}

/** What a reply may be expected to need, though never more than half of the context: the conversation matters too. */
function replyRoom({ maxTokens, contextLength }: PromptLimits): number {
  return Math.min(maxTokens ?? Math.ceil(contextLength / 4), Math.ceil(contextLength / 2));
}

/** A round is a user's message and what follows up to the next. */
function splitRounds(messages: readonly Message[]): {
  readonly system: readonly Message[];
  readonly rounds: Message[][];
} {
  const systems = messages[0]?.role === 'system' ? 1 : 0;
  const rounds: Message[][] = [];
  for (const message of messages.slice(systems)) {
    if (message.role === 'user' || rounds.length === 0) rounds.push([]);
    rounds.at(-1)!.push(message);
  }
  return { system: messages.slice(0, systems), rounds };
}
