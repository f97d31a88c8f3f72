import { type Message, renderPrompt } from '../conversation/index.js';
import { ConfigError, type Resolved } from '../core/index.js';
import type { VicunaModel } from '../model/index.js';
import type { SamplesConfig } from './config.js';
import type { SampleEvent } from './events.js';

/** What is answered, and how. */
export interface SampleRequest {
  readonly model: VicunaModel;
  readonly samples: Resolved<SamplesConfig>;
  /** Steps taken so far. */
  readonly step: number;
  /** Draws replies where the temperature is above 0. */
  readonly seed: number;
  /** Logits of what follows, from the weights in training. */
  readonly logits: (tokens: Int32Array) => Promise<Float32Array>;
}

/**
 * Fails before anything is read where a prompt can never be answered.
 *
 * @throws ConfigError naming the prompts that fill the context; VicunaError `tokenizer-unreadable` where the model has none.
 */
export async function assertPrompts(model: VicunaModel, samples: Resolved<SamplesConfig> | undefined): Promise<void> {
  if (samples === undefined) return;
  const { contextLength } = model.config;
  const issues: { path: string; message: string }[] = [];
  for (const [index, messages] of promptsOf(samples).entries()) {
    const { length } = await model.tokenizer.encode(renderPrompt(messages, model.template));
    const message = `takes ${length} of the ${contextLength} tokens of the context, which leaves no room; shorten it`;
    if (length >= contextLength) issues.push({ path: `samples.prompts.${index}`, message });
  }
  if (issues.length > 0) throw new ConfigError('VicunaTrainer config', issues);
}

/** Answers every prompt, one after another. Where ranks are processes, all of them draw the same. */
export async function* takeSamples(request: SampleRequest): AsyncGenerator<SampleEvent, void, undefined> {
  const { model, samples, step, seed, logits } = request;
  const { maxTokens, temperature } = samples;
  for (const [index, prompt] of promptsOf(samples).entries()) {
    const reply = await model.chatThrough(logits, prompt, { maxTokens, temperature, seed }).result;
    yield { type: 'sample', step, index, prompt, reply: reply.text, finishReason: reply.finishReason };
  }
}

function promptsOf({ prompts }: Resolved<SamplesConfig>): (readonly Message[])[] {
  return prompts.map((prompt) => (typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt));
}
