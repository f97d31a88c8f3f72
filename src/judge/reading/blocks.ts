import type { Candidate } from './candidates.js';
import { type Figure, figure, figureOf, statementEnd } from './figures.js';
import { finalWord, labels } from './labels.js';

const opens = {
  first: new RegExp(`^(?:\\d+[.)]\\s*)?(?:[Ee]valuation (?:of|for) )?${labels.first}\\s*(?:$|[:：(–—-]|[Ee]valuation)`),
  second: new RegExp(
    `^(?:\\d+[.)]\\s*)?(?:[Ee]valuation (?:of|for) )?${labels.second}\\s*(?:$|[:：(–—-]|[Ee]valuation)`,
  ),
};
const names = { first: new RegExp(labels.first), second: new RegExp(labels.second) };
const closes = /^(?:overall|in conclusion|conclusion|comparison|final|summary|verdict)\b/i;
const scored = new RegExp(
  String.raw`(?:\b(?:score|rating|grade)\b|^(?:overall|total)\s*[:=])(?:[\s:：=()"–—-]|\b(?:is|of|for|would|be|given|this|answer|overall|the|a)\b)*?${figure}${statementEnd}`,
  'gi',
);

interface Scored {
  readonly figure: Figure;
  readonly final: boolean;
}

/** A section for each answer that ends with, or contains, its score: "Assistant 1: ... Therefore, the score is 8." */
export function blockScores(lines: readonly string[]): readonly Candidate[] {
  const found: Record<'first' | 'second', Scored[]> = { first: [], second: [] };
  let place: 'first' | 'second' | undefined;
  for (const line of lines) {
    if (opens.first.test(line)) place = 'first';
    else if (opens.second.test(line)) place = 'second';
    else if (closes.test(line) && line.search(scored) === -1) place = undefined;
    if (place === undefined || names[place === 'first' ? 'second' : 'first'].test(line)) continue;
    for (const [, value, outOf] of line.matchAll(scored))
      found[place].push({ figure: figureOf(value, outOf), final: finalWord.test(line) });
  }
  const [first, second] = [theScore(found.first), theScore(found.second)];
  return first === undefined || second === undefined ? [] : [{ pair: { first, second }, final: false }];
}

/** The score that a section comes to: its final one, or its only one. */
function theScore(all: readonly Scored[]): Figure | undefined {
  const final = all.filter((one) => one.final);
  const distinct = new Map((final.length > 0 ? final : all).map(({ figure }) => [figure.value, figure]));
  return distinct.size === 1 ? [...distinct.values()][0] : undefined;
}
