import { type Figure, figure, figureOf, problemOf, statementEnd } from './figures.js';
import { headingOf } from './headings.js';
import { jsonFigure } from './json-scores.js';
import { explanationIn, fieldOf, jsonObjects } from './json-values.js';
import { finalWord } from './labels.js';
import { plainLines, withoutThoughts } from './plain-text.js';

/** A score of one answer. @public */
export type SingleReading =
  | { readonly kind: 'parsed'; readonly score: number; readonly explanation: string }
  | { readonly kind: 'unparsed'; readonly problem: string };

const field = /^(?:overall|final)?(?:score|rating|grade)$/;
const mark = /\[\[\s*(?:(?:rating|score)\s*[:=]?\s*)?(-?\d{1,3}(?:\.\d+)?)(?:\s*\/\s*(\d{1,3}))?\s*\]\]/gi;
const named = new RegExp(
  String.raw`\b(?:score|rating|grade|rate)\b(?:[\s:：=()"'[–—-]|\b(?:is|of|for|would|be|given|this|the|a|an|it|answer|response|assistant|at|as|overall|out|final|my|i|['’]s)\b)*?${figure}${statementEnd}`,
  'gi',
);
const outOfTen = /(?<![\d.,/])(\d{1,2}(?:\.\d+)?)\s*(?:\/|out of)\s*(10)\b(?![\d/])/gi;
// No full stop: a reply that was cut off may end with the number of a list's next item.
const alone = /^[([]?\s*(\d{1,2}(?:\.\d+)?)(?:\s*(?:\/|out of)\s*(\d{1,3}))?\s*[)\]]?$/;

interface Found {
  readonly figure: Figure;
  readonly final: boolean;
}

/**
 * Reads the score that a judge gave to one answer, by rule: JSON, `[[8]]`, a line that is nothing but a score, "Rating: 8",
 * "8/10". What is called final or overall beats scores of single aspects; a contradiction is no score.
 *
 * @public
 */
export function readSingle(reply: string): SingleReading {
  const text = withoutThoughts(reply).trim();
  if (text === '') return { kind: 'unparsed', problem: 'the reply is empty' };
  const json = jsonObjects(text).flatMap((object) => {
    const figure = jsonFigure(fieldOf(object, field));
    return figure === undefined ? [] : [{ figure, final: false, explanation: explanationIn(object) }];
  });
  if (json.length > 0) return readingOf([json], json.at(-1)!.explanation);
  const lines = plainLines(text);
  const find = (form: RegExp) => lines.flatMap((line, index) => found(form, line, lines, index));
  const spoken = lines.filter((line) => line !== '');
  const outermost = [spoken[0]!, spoken.at(-1)!].flatMap((line) => found(alone, line, lines, -1));
  return readingOf([find(mark), outermost, find(named), find(outOfTen)], text);
}

function found(form: RegExp, line: string, lines: readonly string[], index: number): Found[] {
  const matches = form.global ? [...line.matchAll(form)] : [form.exec(line) ?? []];
  return matches.flatMap(([whole, value, outOf]) => {
    if (whole === undefined) return [];
    return [{ figure: figureOf(value, outOf), final: finalWord.test(line) || finalWord.test(headingOf(lines, index)) }];
  });
}

/** The first form that has a score on the scale decides; within it, what is final does. */
function readingOf(forms: readonly (readonly Found[])[], explanation: string): SingleReading {
  let offScale: string | undefined;
  for (const form of forms) {
    const problems = form.map(({ figure }) => problemOf(figure));
    offScale ??= problems.find((problem) => problem !== undefined);
    const onScale = form.filter((_, index) => problems[index] === undefined);
    const final = onScale.filter((one) => one.final);
    const distinct = new Set((final.length > 0 ? final : onScale).map(({ figure }) => figure.value));
    const [score] = distinct;
    if (distinct.size === 1) return { kind: 'parsed', score: score!, explanation };
    if (distinct.size > 1)
      return { kind: 'unparsed', problem: `several scores: ${[...distinct].slice(0, 4).join(', ')}` };
  }
  return { kind: 'unparsed', problem: offScale ?? 'no score was found' };
}
