import type { Candidate } from './candidates.js';
import { type Figure, figureOf } from './figures.js';
import { explanationIn, fieldOf, isObject, jsonObjects } from './json-values.js';

const noun = '(?:assistant|answer|response|model|candidate|score|rating)';
const names = {
  first: new RegExp(`^(?:first${noun}|${noun}{1,2}(?:1|a|one|first)(?:score|rating)?)$`),
  second: new RegExp(`^(?:second${noun}|${noun}{1,2}(?:2|b|two|second)(?:score|rating)?)$`),
};
const lists = /^(?:overall|final)?(?:scores|ratings)$/;
const inside = /^(?:overall|final)?(?:score|rating)$/;

/** Scores in JSON, and the explanation beside them. */
export function jsonScores(text: string): readonly (Candidate & { readonly explanation: string })[] {
  return jsonObjects(text).flatMap((object) => {
    const pair = pairIn(object);
    return pair === undefined ? [] : [{ pair, final: false, explanation: explanationIn(object) }];
  });
}

function pairIn(object: Readonly<Record<string, unknown>>): Candidate['pair'] | undefined {
  const list = fieldOf(object, lists);
  if (Array.isArray(list)) return list.length === 2 ? pairOf(list[0], list[1]) : undefined;
  if (isObject(list)) return pairIn(list);
  return pairOf(fieldOf(object, names.first), fieldOf(object, names.second));
}

function pairOf(one: unknown, other: unknown): Candidate['pair'] | undefined {
  const [first, second] = [jsonFigure(one), jsonFigure(other)];
  return first === undefined || second === undefined ? undefined : { first, second };
}

/** A number, a text that is one, or an object with a score. */
export function jsonFigure(value: unknown): Figure | undefined {
  if (typeof value === 'number') return { value, outOf: undefined };
  if (isObject(value)) return jsonFigure(fieldOf(value, inside));
  const match = typeof value === 'string' ? /^\s*(-?\d+(?:\.\d+)?)(?:\s*\/\s*(\d+))?\s*$/.exec(value) : null;
  return match === null ? undefined : figureOf(match[1], match[2]);
}
