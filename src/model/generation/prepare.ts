import type { DrawnToken, PromptTemplate } from '../../conversation/index.js';
import { type CallOptions, parseConfig } from '../../core/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import type { ResolvedLlamaConfig } from '../config/llama-config.js';
import { constrainReply } from '../sampling/reply-forms.js';
import type { Draw } from '../sampling/sampler.js';
import { type GenerationSettings, generationSettingsSchema, type VicunaChatOptions } from '../sampling/settings.js';
import { vocabularyBytes } from '../sampling/vocabulary.js';
import { describeDraw } from './drawn-tokens.js';
import { assertRoom } from './fit-prompt.js';
import type { TextGeneration } from './generate-text.js';

/** What replies of one model depend on, besides its weights. */
export interface Speaker {
  readonly config: ResolvedLlamaConfig;
  readonly tokenizer: Tokenizer;
  readonly template: PromptTemplate;
}

/** A prompt, and what a text that continues it has around it. */
export interface Continuation extends Pick<TextGeneration, 'prompt' | 'stop' | 'lead'> {
  /** A special token that ends the text, besides the model's own. */
  readonly endToken: string | undefined;
}

export function parseSettings(options: VicunaChatOptions): GenerationSettings {
  const { signal: _signal, onProgress: _onProgress, ...settings } = options;
  return parseConfig(generationSettingsSchema, settings, 'chat options');
}

/**
 * @throws VicunaError `context-overflow` where the prompt leaves no room, `schema-unsupported` where a reply cannot have the
 * form asked for.
 */
export function prepareGeneration(
  speaker: Speaker,
  settings: GenerationSettings,
  { prompt, stop, lead, endToken }: Continuation,
  { signal, onProgress }: { readonly signal: AbortSignal } & Pick<CallOptions, 'onProgress'>,
): TextGeneration {
  const { config, tokenizer } = speaker;
  const room = config.contextLength - prompt.length;
  assertRoom(prompt.length, config.contextLength, 'Shorten it.');
  const endTokenIds = endTokenIdsOf(speaker, endToken);
  const bytes = () => vocabularyBytes(tokenizer, config.vocabularySize);
  const describe =
    settings.logprobs === null
      ? () => undefined
      : (draw: Draw): DrawnToken | undefined => describeDraw(draw, tokenizer, bytes());
  return {
    prompt,
    lead,
    stop: [...stop, ...settings.stop],
    settings,
    vocabularySize: config.vocabularySize,
    maxTokens: Math.min(settings.maxTokens ?? room, room),
    endTokenIds,
    constraint: constrainReply(settings.responseFormat, bytes, endTokenIds),
    decoder: tokenizer.streamDecoder({ continuation: true }),
    describe,
    signal,
    onProgress,
  };
}

function endTokenIdsOf({ tokenizer, config }: Speaker, endToken: string | undefined): ReadonlySet<number> {
  const own = endToken === undefined ? undefined : tokenizer.tokenToId(endToken);
  const ids = new Set([...config.endTokenIds, ...tokenizer.endTokenIds]);
  return own === undefined ? ids : ids.add(own);
}
