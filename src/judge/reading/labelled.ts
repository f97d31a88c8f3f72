import type { Candidate } from './candidates.js';
import { type Figure, figure, figureOf, figureThen, statementEnd } from './figures.js';
import { headingOf } from './headings.js';
import { eitherLabel, finalWord, scoreWord } from './labels.js';

const words = (
  'scores?|scored|ratings?|rated|grade|overall|final|total|is|was|are|would|be|of|an?|gets?|got|receives?|received|earns?|' +
  'earned|deserves?|with|at|as|the|should|it|my|performance|answer|response|given|assigned'
).replace(/\b[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`);
const between = String.raw`(?:[\s:：=|(\[\]"'’⭐★–—-]|\b(?:${words})\b)*?`;
const afterLabel = new RegExp(`${eitherLabel}${between}${figureThen}(?:${statementEnd}|(?=\\s+[A-Z]))`, 'g');
const beforeLabel = new RegExp(`${figure}\\s+(?:for|to)\\s+${eitherLabel}`, 'g');

interface Statement {
  readonly place: 'first' | 'second';
  readonly figure: Figure;
  readonly line: number;
  readonly scored: boolean;
  readonly final: boolean;
}

/** "Assistant 1: 8/10 ... Assistant 2: 9/10", where the words around them say that they are scores. */
export function labelledScores(lines: readonly string[]): readonly Candidate[] {
  return pairs(statements(lines).filter(({ scored }) => scored));
}

/**
 * The same with no word of scores about: only two that stand together at a reply's beginning or end, since mathematics is
 * full of "Assistant 1: 5".
 */
export function bareLabelledScores(lines: readonly string[]): readonly Candidate[] {
  const spoken = lines.filter((line) => line !== '');
  const found = statements(spoken);
  return [found.slice(0, 2), found.slice(-2)].flatMap((two) => {
    const [one, other] = two;
    if (one === undefined || other === undefined || other.line - one.line > 1) return [];
    return one.line === 0 || other.line === spoken.length - 1 ? pairs(two) : [];
  });
}

function statements(lines: readonly string[]): Statement[] {
  return lines.flatMap((line, index) => {
    const found = [...inLine(line)];
    if (found.length === 0) return [];
    const heading = headingOf(lines, index);
    const scored = scoreWord.test(line) || scoreWord.test(heading);
    const final = finalWord.test(line) || finalWord.test(heading);
    return found.map((statement) => ({ ...statement, line: index, scored, final }));
  });
}

function* inLine(line: string): Generator<Pick<Statement, 'place' | 'figure'>> {
  // A table's row has a figure for every column; its rule knows which of them counts.
  if (/\|.*\|.*\|/.test(line) && (line.match(/\|\s*\d/g)?.length ?? 0) > 1) return;
  let any = false;
  for (const [, first, , value, outOf] of line.matchAll(afterLabel)) {
    any = true;
    yield { place: first === undefined ? 'second' : 'first', figure: figureOf(value, outOf) };
  }
  if (any) return;
  for (const [, value, outOf, first] of line.matchAll(beforeLabel))
    yield { place: first === undefined ? 'second' : 'first', figure: figureOf(value, outOf) };
}

/** Neighbours that speak of one answer each. */
function pairs(all: readonly Statement[]): Candidate[] {
  const found: Candidate[] = [];
  for (let index = 0; index + 1 < all.length; index++) {
    const [one, other] = [all[index]!, all[index + 1]!];
    if (one.place === other.place) continue;
    const [first, second] = one.place === 'first' ? [one, other] : [other, one];
    found.push({ pair: { first: first.figure, second: second.figure }, final: one.final && other.final });
    index++;
  }
  return found;
}
