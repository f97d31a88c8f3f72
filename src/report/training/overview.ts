import { TrainingDivergedError } from '../../train/index.js';
import { type Card, cards } from '../html/card.js';
import { html, type Markup } from '../html/markup.js';
import { compact, count, duration, plural, significant } from '../html/numbers.js';
import { smoothed } from './curves.js';
import type { TrainingHistory } from './history.js';

/** How a training ended. */
export interface Outcome {
  readonly sentence: Markup;
  readonly divergedAt: number | undefined;
  readonly notices: readonly Markup[];
}

export function outcomeOf(history: TrainingHistory, failure: unknown): Outcome {
  const diverged = failure instanceof TrainingDivergedError ? failure : undefined;
  const notices: Markup[] = [];
  const reason = failure ?? history.failure?.message;
  if (reason !== undefined) notices.push(html`${reason instanceof Error ? reason.message : String(reason)}`);
  if (history.firstBroken !== undefined)
    notices.push(html`Loss or gradient norm is no number at step ${count(history.firstBroken)}.`);
  return { sentence: sentenceOf(history, failure), divergedAt: diverged?.step ?? divergedIn(history), notices };
}

/** The step that could not be taken, as the log tells it. */
function divergedIn({ failure }: TrainingHistory): number | undefined {
  return failure?.code === 'training-diverged' ? failure.step + 1 : undefined;
}

function sentenceOf({ start, end, failure: logged, lastStep }: TrainingHistory, failure: unknown): Markup {
  const model =
    start && html`A model of ${compact(start.parameters)} weights, ${plural(start.conversations, 'conversation')}. `;
  const total = start?.totalSteps ?? lastStep;
  if (end !== undefined) return html`${model}Finished after ${plural(end.steps, 'step')}.`;
  if ((failure ?? logged) !== undefined) return html`${model}Failed after step ${count(lastStep)} of ${count(total)}.`;
  return html`${model}The log ends after step ${count(lastStep)} of ${count(total)}: training goes on, was interrupted or failed.`;
}

/** The numbers that matter, as cards. */
export function overview(history: TrainingHistory, smoothing: number): Markup {
  const { start, end, steps, evaluations, checkpoints, lastStep } = history;
  const total = start?.totalSteps ?? lastStep;
  const tokens = sum(steps.column('tokens'));
  const supervised = sum(steps.column('supervisedTokens'));
  const seconds = computingSeconds(history);
  const loss = smoothed(steps.column('loss'), smoothing).findLast(Number.isFinite);
  const lastEvaluation = evaluations.at(-1);
  const utilisation = middle(steps.column('flopUtilisation'));
  const list: (Card | undefined)[] = [
    {
      label: 'Steps',
      value: html`${count(lastStep)}${end === undefined && html`<small> of ${count(total)}</small>`}`,
      detail: checkpoints.length > 0 ? plural(checkpoints.length, 'checkpoint') : 'no checkpoints',
    },
    loss === undefined
      ? undefined
      : {
          label: 'Training loss',
          value: significant(loss, 4),
          detail: `smoothed over about ${plural(smoothing, 'step')}`,
        },
    lastEvaluation && {
      label: 'Held-out loss',
      value: significant(lastEvaluation.loss, 4),
      detail: `perplexity ${significant(Math.exp(lastEvaluation.loss))} after step ${count(lastEvaluation.step)}`,
    },
    {
      label: 'Tokens',
      value: compact(tokens),
      detail: tokens > 0 ? `${Math.round((100 * supervised) / tokens)}% of them supervised` : undefined,
    },
    seconds > 0
      ? {
          label: 'Tokens per second',
          value: significant(tokens / seconds),
          detail: `${duration(seconds)} in steps`,
        }
      : undefined,
    utilisation === undefined
      ? undefined
      : {
          label: 'FLOP utilisation',
          value: `${(100 * utilisation).toFixed(0)}%`,
          detail: 'of the measured peak, the middle step',
        },
    start && {
      label: 'Engine',
      value: start.engine.name,
      detail: `${start.engine.backend}, ${plural(start.ranks, 'rank')}`,
    },
  ];
  return cards(list);
}

function middle(column: Float64Array): number | undefined {
  const known = column.filter(Number.isFinite).sort();
  return known.at(known.length >> 1);
}

function sum(column: Float64Array): number {
  let total = 0;
  for (const value of column) if (Number.isFinite(value)) total += value;
  return total;
}

/** From each step's tokens and speed: a log has no clock. */
function computingSeconds({ steps }: TrainingHistory): number {
  const tokens = steps.column('tokens');
  const speeds = steps.column('tokensPerSecond');
  let seconds = 0;
  for (const [index, speed] of speeds.entries()) if (speed > 0) seconds += tokens[index]! / speed;
  return seconds;
}
