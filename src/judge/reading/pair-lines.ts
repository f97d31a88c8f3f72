import type { Candidate } from './candidates.js';
import { figure, figureOf } from './figures.js';
import { pairAlone } from './first-line.js';
import { headingOf } from './headings.js';
import { finalWord } from './labels.js';

const announced =
  /^(?:[\p{L}\s,'’]{0,40}\b(?:scores?|ratings?|output|tuple|result)\b[\p{L}\d\s'’,]{0,40}(?:\b(?:is|are)\b\s*[:：=]?|[:：=]))\s*/iu;
const tuple = new RegExp(
  `\\b(?:scores?|ratings?|rate)\\b[^.()[\\]]{0,60}[([]\\s*${figure}\\s*,\\s*${figure}\\s*[)\\]]`,
  'gi',
);
const geometry = /\b(?:points?|coordinates?|endpoints?|vertex|vertices|interval|segment|sqrt|distance)\b|√/i;

/** Two scores on a line of their own, or a tuple in a sentence about scores. */
export function pairLines(lines: readonly string[]): readonly Candidate[] {
  const last = lines.findLastIndex((line) => line !== '');
  return lines.flatMap((line, index) => [...onLine(line, index, lines, last)]);
}

function* onLine(line: string, index: number, lines: readonly string[], last: number): Generator<Candidate> {
  const heading = headingOf(lines, index);
  const announcement = announced.exec(line)?.[0];
  const alone = pairAlone(announcement === undefined ? line : line.slice(announcement.length));
  if (alone !== undefined) {
    // A line of two figures alone may be a coordinate or a row of data: something has to call it the scores.
    if (announcement === undefined && index !== last && !/scor|rating|output|tuple/i.test(heading)) return;
    yield { pair: alone, final: isFinal(`${announcement ?? ''} ${heading}`) || index === last };
    return;
  }
  if (geometry.test(line)) return;
  for (const [, first, firstOutOf, second, secondOutOf] of line.matchAll(tuple))
    yield { pair: { first: figureOf(first, firstOutOf), second: figureOf(second, secondOutOf) }, final: isFinal(line) };
}

const isFinal = (text: string): boolean => finalWord.test(text) || /\boutput\b/i.test(text);
