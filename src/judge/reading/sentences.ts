import type { Candidate } from './candidates.js';
import { figure, figureOf, statementEnd } from './figures.js';
import { finalWord, labels, scoreWord } from './labels.js';

const both = new RegExp(
  String.raw`(?:\b(?:both|each)\b[^.\d]{0,80}?\b(?:scor\w*|rat\w+|receives?|deserves?|gets?|earns?|given?|:)|\b(?:rate|give|score|award)\s+(?:both|each)\b)[^.\d]{0,30}?${figure}${statementEnd}`,
  'i',
);
const twoFigures = new RegExp(`${figure}\\s*(?:,|and|,\\s*and)\\s*${figure}`);
const first = new RegExp(labels.first);
const second = new RegExp(labels.second);

/** "Both deserve a score of 9" and "they receive 8 and 9, respectively". */
export function sentenceScores(lines: readonly string[]): readonly Candidate[] {
  return lines
    .flatMap((line) => line.split(/(?<=[.!?])\s+(?=\p{Lu})/u))
    .filter((sentence) => scoreWord.test(sentence))
    .flatMap((sentence) => candidateIn(sentence) ?? []);
}

function candidateIn(sentence: string): Candidate | undefined {
  const final = finalWord.test(sentence);
  const two = /\brespectively\b/i.test(sentence) ? twoFigures.exec(sentence) : null;
  if (two !== null) {
    const [inOrder, other] = [figureOf(two[1], two[2]), figureOf(two[3], two[4])];
    const swapped = sentence.search(second) !== -1 && sentence.search(second) < sentence.search(first);
    return { pair: swapped ? { first: other, second: inOrder } : { first: inOrder, second: other }, final };
  }
  const same = both.exec(sentence);
  if (same === null) return undefined;
  const score = figureOf(same[1], same[2]);
  return { pair: { first: score, second: score }, final };
}
