import { IGNORED_LABEL } from '../../engine/index.js';
import type { Encoding } from '../../tokenizer/index.js';
import type { Fate } from './paint.js';

/** A stretch of text, in UTF-16 offsets, whose tokens share a fate. */
export interface Stretch {
  readonly fate: Fate;
  readonly start: number;
  readonly end: number;
}

/**
 * What becomes of every character of a text, as its tokens and labels say.
 *
 * @param labels - of the tokens that are kept; tokens past them are cut off.
 */
export function findStretches(text: string, { offsets, length }: Encoding, labels: Int32Array): Stretch[] {
  const stretches: Stretch[] = [];
  let position = 0;
  const extend = (fate: Fate, end: number) => {
    const last = stretches.at(-1);
    // Several tokens may carry the same character; the first decides.
    if (end <= position) return;
    if (last?.fate === fate) stretches[stretches.length - 1] = { ...last, end };
    else stretches.push({ fate, start: position, end });
    position = end;
  };
  for (let token = 0; token < length; token++) {
    const label = labels[token];
    extend(label === undefined ? 'cut' : label === IGNORED_LABEL ? 'read' : 'learned', offsets[2 * token + 1]!);
  }
  extend(stretches.at(-1)?.fate ?? 'read', text.length);
  return stretches;
}
