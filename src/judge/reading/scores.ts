import { blockScores } from './blocks.js';
import { type Decision, decide, type ScoreRule } from './candidates.js';
import { pairAlone, pairBeforeText } from './first-line.js';
import { jsonScores } from './json-scores.js';
import { bareLabelledScores, labelledScores } from './labelled.js';
import { pairLines } from './pair-lines.js';
import { plainLines, withoutThoughts } from './plain-text.js';
import { sentenceScores } from './sentences.js';
import { tableScores } from './table.js';

/** Two scores, by the places in which the answers were shown. @public */
export type ScoresReading =
  | { readonly kind: 'parsed'; readonly first: number; readonly second: number; readonly explanation: string }
  | { readonly kind: 'unparsed'; readonly problem: string };

/** Surest first. */
const rules: readonly ScoreRule[] = [
  labelledScores,
  tableScores,
  pairLines,
  blockScores,
  sentenceScores,
  bareLabelledScores,
];

/**
 * Reads the scores that a judge gave to two answers, by rule: JSON; the first line, where they were asked for; what the
 * reply calls final; then each form that judges are known to use, surest first. Nothing is guessed: what contradicts
 * itself, is not on the scale or cannot be found is a value with the problem.
 *
 * @public
 */
export function readScores(reply: string): ScoresReading {
  const text = withoutThoughts(reply).trim();
  if (text === '') return { kind: 'unparsed', problem: 'the reply is empty' };
  const json = jsonScores(text);
  if (json.length > 0) return readingOf([decide(json)], json.at(-1)!.explanation);
  const lines = plainLines(text);
  const line = lines.find((spoken) => spoken !== '') ?? '';
  const alone = pairAlone(line);
  const onFirstLine = alone ?? pairBeforeText(line);
  const first = onFirstLine === undefined ? [] : [decide([{ pair: onFirstLine, final: true }])];
  if (first[0]?.kind === 'scores') return readingOf(first, alone === undefined ? text : text.replace(/^.*\s*/, ''));
  const found = rules.map((rule) => rule(lines));
  const final = found.flat().filter((candidate) => candidate.final);
  return readingOf([...first, decide(final), ...found.map(decide)], text);
}

/** The first rule that finds scores, or two that contradict each other, ends the search. */
function readingOf(decisions: readonly Decision[], explanation: string): ScoresReading {
  const decided =
    decisions.find(({ kind }) => kind === 'scores' || kind === 'contradiction') ??
    decisions.find(({ kind }) => kind === 'off-scale');
  if (decided === undefined || decided.kind === 'none')
    return { kind: 'unparsed', problem: 'no two scores were found' };
  if (decided.kind !== 'scores') return { kind: 'unparsed', problem: decided.problem };
  return { kind: 'parsed', first: decided.first, second: decided.second, explanation };
}
