import type { Generation, TextDelta } from '../../conversation/index.js';
import type { StreamDecoder } from '../../tokenizer/index.js';
import { type GenerationHost, generateTokens, type TokenGeneration } from './generate-tokens.js';
import { StopStrings } from './stop-strings.js';

export interface TextGeneration extends TokenGeneration {
  readonly decoder: StreamDecoder;
  /** Strings that end the text. */
  readonly stop: readonly string[];
  /** What the text begins with before the reply proper; left out where it is there. */
  readonly lead: string;
}

/** Continues a prompt as text. */
export async function* generateText(
  host: GenerationHost,
  job: TextGeneration,
): AsyncGenerator<TextDelta, Generation, undefined> {
  const stops = new StopStrings(job.stop);
  const lead = new Lead(job.lead);
  let text = '';
  let completionTokens = 0;
  const delta = (piece: string): TextDelta => {
    text += piece;
    return { type: 'text-delta', text: piece };
  };
  const generation = (finishReason: Generation['finishReason']): Generation => ({
    text,
    finishReason,
    usage: { promptTokens: job.prompt.length, completionTokens },
  });

  let hasEnded = false;
  for await (const token of generateTokens(host, job)) {
    completionTokens++;
    hasEnded = job.endTokenIds.has(token);
    if (hasEnded) break;
    const { text: piece, stopped } = stops.push(lead.push(job.decoder.push(token)));
    if (piece !== '') yield delta(piece);
    if (stopped) return generation('stop');
  }
  // An incomplete character and a partial stop string are shown now: nothing follows that could complete them.
  const { text: rest, stopped } = stops.push(lead.push(job.decoder.end()) + lead.end());
  const last = stopped ? rest : rest + stops.end();
  if (last !== '') yield delta(last);
  return generation(hasEnded || stopped ? 'stop' : 'length');
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
