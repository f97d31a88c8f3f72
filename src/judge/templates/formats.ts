import type { JsonSchema, ResponseFormat } from '../../conversation/index.js';
import type { JudgeMode } from '../types.js';
import type { JudgeTemplateKind } from './types.js';

const score = { type: 'number', description: 'from 1 (worthless) to 10 (could not be better)' };
const fields: Readonly<Record<JudgeMode, JsonSchema>> = {
  scores: { score_1: score, score_2: score },
  verdict: { verdict: { type: 'string', enum: ['A', 'B', 'tie'] } },
  single: { score },
};

/** A schema whose explanation comes first: what a judge has written down by then, its figures follow. */
export function responseFormatOf(mode: JudgeMode): ResponseFormat {
  const properties = { explanation: { type: 'string' }, ...fields[mode] };
  const schema = { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
  return { type: 'json-schema', name: 'judgment', schema };
}

const jsonFormats: Readonly<Record<JudgeMode, string>> = {
  scores:
    'Reply with one JSON object and nothing else. Its fields, in this order: "explanation", your reasons; "score_1" and ' +
    '"score_2", the scores of Assistant 1 and Assistant 2, numbers from 1 to 10.',
  verdict:
    'Reply with one JSON object and nothing else. Its fields, in this order: "explanation", your reasons; "verdict", which is ' +
    '"A", "B" or "tie".',
  single:
    'Reply with one JSON object and nothing else. Its fields, in this order: "explanation", your reasons; "score", a number ' +
    'from 1 to 10.',
};

const textFormats: Readonly<Record<JudgeMode, string>> = {
  scores:
    'Write nothing on the first line of your reply but two numbers from 1 to 10 with a space between them: the score of ' +
    'Assistant 1, then that of Assistant 2. Explain both from the second line on.',
  verdict:
    'Give your reasons first. Let the last line of your reply be nothing but [[A]] if Assistant A is better, [[B]] if ' +
    'Assistant B is better, or [[C]] if neither is.',
  single:
    'Give your reasons first. Let the last line of your reply be your score, a number from 1 to 10, written like this: ' +
    'Rating: [[5]]',
};

const scoresAtTheEnd =
  'Write down your own solution and what you found first. Let the last line of your reply be the two scores, numbers from 1 ' +
  'to 10, that of Assistant 1 in front, written like this: Scores: 5 5';

/** How the reply has to be written. */
export function formatText(mode: JudgeMode, kind: JudgeTemplateKind, structured: boolean): string {
  if (structured) return jsonFormats[mode];
  // A score on the first line would come before the solution that it should rest on.
  return mode === 'scores' && kind !== 'general' ? scoresAtTheEnd : textFormats[mode];
}
