import type { DrawnToken, Generation, TextDelta } from '../../conversation/index.js';
import type { StreamDecoder } from '../../tokenizer/index.js';
import type { OpenSequence, Scheduler } from '../batching/scheduler.js';
import type { Draw } from '../sampling/sampler.js';
import { generateTokens, type TokenGeneration } from './generate-tokens.js';
import { StopStrings } from './stop-strings.js';
import { TextTokens } from './text-tokens.js';

export interface TextGeneration extends TokenGeneration {
  readonly decoder: StreamDecoder;
  /** Strings that end the text. */
  readonly stop: readonly string[];
  /** What the text begins with before the reply proper; left out where it is there. */
  readonly lead: string;
  /** What deltas say of a token; nothing where nobody asked. */
  readonly describe: (draw: Draw) => DrawnToken | undefined;
  readonly signal: AbortSignal;
}

/**
 * Continues a prompt as text.
 *
 * @param scheduler - gives the call its place in the batch, which is given back however this ends.
 */
export async function* generateText(
  scheduler: Pick<Scheduler, 'open'>,
  job: TextGeneration,
): AsyncGenerator<TextDelta, Generation, undefined> {
  const { prompt, maxTokens, signal } = job;
  const sequence = await scheduler.open({ prompt, capacity: prompt.length + maxTokens - 1, signal });
  try {
    return yield* continueText(sequence, job);
  } finally {
    sequence.leave();
  }
}

async function* continueText(
  sequence: OpenSequence,
  job: TextGeneration,
): AsyncGenerator<TextDelta, Generation, undefined> {
  const stops = new StopStrings(job.stop);
  const lead = new Lead(job.lead);
  const tokens = new TextTokens<DrawnToken>();
  let text = '';
  let completionTokens = 0;
  const delta = (piece: string, shown: readonly DrawnToken[]): TextDelta => {
    text += piece;
    return { type: 'text-delta', text: piece, ...(shown.length > 0 && { tokens: shown }) };
  };
  const generation = (finishReason: Generation['finishReason']): Generation => ({
    text,
    finishReason,
    usage: {
      promptTokens: job.prompt.length,
      completionTokens,
      cachedPromptTokens: sequence.cachedTokens,
    },
  });

  let hasEnded = false;
  for await (const draw of generateTokens(sequence, job)) {
    completionTokens++;
    hasEnded = job.endTokenIds.has(draw.token);
    if (hasEnded) break;
    const made = lead.push(job.decoder.push(draw.token));
    const drawn = job.describe(draw);
    if (drawn !== undefined) tokens.add(drawn, made.length);
    const { text: piece, stopped } = stops.push(made);
    if (piece !== '') yield delta(piece, tokens.show(piece.length));
    if (stopped) return generation('stop');
  }
  // An incomplete character and a partial stop string are shown now: nothing follows that could complete them.
  const { text: rest, stopped } = stops.push(lead.push(job.decoder.end()) + lead.end());
  const last = stopped ? rest : rest + stops.end();
  const shown = stopped ? tokens.show(last.length) : tokens.rest();
  if (last !== '' || shown.length > 0) yield delta(last, shown);
  const isWhole = hasEnded || stopped || (job.constraint?.isComplete ?? false);
  return generation(isWhole ? 'stop' : 'length');
}

/** Drops a known beginning from a text that comes in pieces. */
class Lead {
  #expected: string;
  #held = '';

  constructor(expected: string) {
    this.#expected = expected;
  }

  push(piece: string): string {
    if (this.#expected === '') return piece;
    this.#held += piece;
    if (this.#held.length < this.#expected.length && this.#expected.startsWith(this.#held)) return '';
    const text = this.#held.startsWith(this.#expected) ? this.#held.slice(this.#expected.length) : this.#held;
    this.#expected = '';
    this.#held = '';
    return text;
  }

  end(): string {
    return this.#held;
  }
}
