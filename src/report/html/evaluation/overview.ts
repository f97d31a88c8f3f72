import type { EvaluationSummary, PairSummary } from '../../evaluation/index.js';
import { type Card, cards, notice } from '../card.js';
import { html, type Markup } from '../markup.js';
import { count, percent, plural } from '../numbers.js';
import { range, share } from './figures-of.js';

/** The numbers that matter, as cards, and what a reader must know before believing them. */
export function overview(summary: EvaluationSummary, pairs: readonly PairSummary[]): Markup {
  const { counts, judges, models } = summary;
  const sole = pairs.length === 1 ? pairs[0] : undefined;
  const list: (Card | undefined)[] = [
    ...(sole === undefined
      ? [{ label: 'Models', value: count(models.length), detail: plural(pairs.length, 'comparison') }]
      : pairCards(sole)),
    {
      label: 'Judgments',
      value: count(counts.judgments),
      detail: `on ${plural(counts.questions, 'question')} by ${plural(judges.length, 'judge')}`,
    },
    positionCard(pairs),
    counts.votes > 0 ? { label: 'Votes of people', value: count(counts.votes) } : undefined,
  ];
  return html`${cards(list)}${
    counts.unparsed > 0 &&
    notice(
      html`No verdict could be read in ${plural(counts.unparsed, 'judgment')}. They count for nobody and are listed below.`,
    )
  }${
    counts.withInjections > 0 &&
    notice(
      html`In ${plural(counts.withInjections, 'judgment')} an answer speaks to the judge instead of to the question.`,
      'bad',
    )
  }`;
}

function pairCards({ models, overall }: PairSummary): Card[] {
  const { scores, winRate, betterOrEqual } = overall;
  const made: Card[] = [];
  const quality = scores?.relativeQuality;
  if (quality !== undefined)
    made.push({
      label: 'Relative quality',
      value: percent(quality.value, 2),
      detail: html`${quality.interval && range(quality.interval, (value) => percent(value))} of ${models.b}`,
    });
  if (winRate !== undefined)
    made.push({
      label: 'Win rate',
      value: percent(winRate.value),
      detail: html`${winRate.interval && range(winRate.interval, (value) => percent(value))} against ${models.b}`,
    });
  if (betterOrEqual !== undefined)
    made.push({
      label: 'Better or equal',
      value: percent(betterOrEqual.value),
      detail: betterOrEqual.interval && range(betterOrEqual.interval, (value) => percent(value)),
    });
  return made;
}

function positionCard(pairs: readonly PairSummary[]): Card | undefined {
  const positions = pairs.flatMap(({ bias }) => bias.position ?? []);
  const judgments = positions.reduce((sum, position) => sum + position.judgments, 0);
  if (judgments === 0) return undefined;
  const disagreements = positions.reduce((sum, position) => sum + position.disagreements, 0);
  const [only] = positions;
  return {
    label: 'Orders disagree',
    value: percent(disagreements / judgments),
    detail:
      positions.length === 1 && only !== undefined
        ? share(only.rate).replace(/^\S+ /, '')
        : `of ${count(judgments)} judgments`,
  };
}
