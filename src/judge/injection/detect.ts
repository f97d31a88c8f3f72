import type { InjectionSign } from '../types.js';
import { hiddenText, withoutHidden } from './hidden-text.js';
import { injectionRules } from './rules.js';

/** Longest piece of an answer that a sign quotes, in UTF-16 units. */
const longestQuote = 160;

/**
 * Finds where an answer speaks to its judge: orders to ignore the instructions, dictated scores, faked verdicts, system
 * prompts and delimiters, text that nobody sees. The first finding of each rule; rules are in English. A sign is a reason to
 * look, not a proof, and changes no score.
 *
 * @public
 */
export function detectInjections(text: string): readonly Omit<InjectionSign, 'answer'>[] {
  const seen = withoutHidden(text).normalize('NFKC');
  const signs = injectionRules.flatMap(({ name, forms }) => {
    const match = forms.map((form) => form.exec(seen)?.[0]).find((found) => found !== undefined);
    return match === undefined ? [] : [{ rule: name, text: match.trim().slice(0, longestQuote) }];
  });
  const hidden = hiddenText(text);
  return hidden === undefined ? signs : [...signs, { rule: 'hides-text', text: hidden }];
}
