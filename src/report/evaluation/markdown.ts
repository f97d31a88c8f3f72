import type { Estimate } from './estimate.js';
import { decimal, escapeCell, number, percent, points, pValue, table } from './markdown-cells.js';
import type { EvaluationSummary, PairSummary, SingleSummary } from './summary.js';
import type { AgreementSummary, Rater } from './summary-agreement.js';
import type { RatingSummary } from './summary-ratings.js';

/**
 * An evaluation as Markdown for a pull request: a table of the pairs, with categories folded away, ratings, single
 * scores, agreement, and what to be wary of. Names of models and judges are escaped.
 *
 * @public
 */
export function evaluationMarkdown(summary: EvaluationSummary): string {
  const { settings, counts, pairs, singles, ratings, agreement, votes } = summary;
  const parts = [
    ...(pairs.length > 0 ? [pairsTable(pairs), ...pairs.map(categoriesOf).filter((part) => part !== '')] : []),
    ...(singles.length > 0 ? [singlesTable(singles)] : []),
    ...(ratings === undefined ? [] : ratingTables(ratings, 'Ratings')),
    ...(votes === undefined ? [] : ratingTables(votes.ratings, `Ratings by ${counts.votes} votes`)),
    ...(agreement === undefined ? [] : [agreementTable(agreement)]),
    footnote(summary),
  ];
  if (counts.judgments + counts.votes === 0) return 'No judgments.\n';
  return `${parts.join('\n\n')}\n\n<sub>Brackets: ${percent(settings.confidence, 0)} bootstrap intervals over questions, seed ${settings.seed}.</sub>\n`;
}

function pairsTable(pairs: readonly PairSummary[]): string {
  const rows = pairs.map(({ models, judges, overall, significance, bias }) => [
    `**${escapeCell(models.a)}** vs ${escapeCell(models.b)}`,
    judges.map(escapeCell).join(' + '),
    `${overall.questions}`,
    `${overall.outcomes.wins} / ${overall.outcomes.ties} / ${overall.outcomes.losses}`,
    shareCell(overall.winRate),
    shareCell(overall.betterOrEqual),
    overall.scores ? `${points(overall.scores.a.value)} / ${points(overall.scores.b.value)}` : '',
    overall.scores ? shareCell(overall.scores.relativeQuality, 2) : '',
    significance ? pValue(significance.sign.pValue) : '',
    shareCell(bias.length?.controlled?.winRate),
    shareCell(bias.position?.rate),
  ]);
  const heads = [
    'models',
    'judge',
    'questions',
    'win / tie / loss',
    'win rate',
    'better or equal',
    'scores',
    'quality',
  ];
  return `### Comparisons\n\n${table([...heads, 'p (sign test)', 'win rate at equal length', 'orders disagree'], rows)}`;
}

function categoriesOf({ models, judges, categories }: PairSummary): string {
  if (categories.length < 2) return '';
  const rows = categories.map(({ category, questions, outcomes, winRate, scores }) => [
    escapeCell(category),
    `${questions}`,
    `${outcomes.wins} / ${outcomes.ties} / ${outcomes.losses}`,
    shareCell(winRate),
    shareCell(scores?.relativeQuality),
  ]);
  const title = `${escapeCell(models.a)} vs ${escapeCell(models.b)} by category (${judges.map(escapeCell).join(' + ')})`;
  const body = table(['category', 'questions', 'win / tie / loss', 'win rate', 'quality'], rows);
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}

function singlesTable(singles: readonly SingleSummary[]): string {
  const turns = [...new Set(singles.flatMap((single) => single.turns.map(({ turn }) => turn)))].sort((x, y) => x - y);
  const rows = singles.map(({ model, judges, overall, turns: ofTurn }) => [
    escapeCell(model),
    judges.map(escapeCell).join(' + '),
    `${overall.questions}`,
    scoreCell(overall.mean),
    ...turns.map((turn) => scoreCell(ofTurn.find((own) => own.turn === turn)?.mean)),
  ]);
  const heads = ['model', 'judge', 'questions', 'mean score', ...turns.map((turn) => `turn ${turn}`)];
  return `### Scores\n\n${table(heads, rows)}`;
}

function ratingTables({ groups }: RatingSummary, title: string): string[] {
  return groups.map(({ models, fit }, index) => {
    const rows = models.map(({ rank, model, rating, interval, comparisons }) => [
      `${rank}`,
      escapeCell(model),
      `${number(rating, 0)}${interval ? ` [${number(interval.low, 0)}, ${number(interval.high, 0)}]` : ''}`,
      `${comparisons}`,
    ]);
    const heading = groups.length > 1 ? `${title}, group ${index + 1} of ${groups.length}` : title;
    const unlinked = groups.length > 1 ? '\n\nNothing compares the models of one group with those of another.' : '';
    const held = fit === 'separated' ? '\n\nSome models never lost to the others: their distance is held finite.' : '';
    return `### ${heading}\n\n${table(['rank', 'model', 'rating', 'comparisons'], rows)}${held}${unlinked}`;
  });
}

function agreementTable({ pairs, jury }: AgreementSummary): string {
  const rows = pairs.map(({ raters, withTies, withoutTies }) => [
    raters.map(raterName).join(' and '),
    `${withTies.items}`,
    shareCell(withTies.agreement),
    scoreCell(withTies.kappa),
    shareCell(withoutTies.agreement),
    scoreCell(withoutTies.kappa),
  ]);
  const heads = ['raters', 'items', 'agreement', 'kappa', 'agreement without ties', 'kappa without ties'];
  const kappa = jury?.withTies.fleissKappa;
  const whole = kappa ? `\n\nFleiss' kappa of all ${jury.withTies.raters.length} judges: ${scoreCell(kappa)}.` : '';
  return `### Agreement\n\n${table(heads, rows)}${whole}`;
}

function footnote({ counts, judges }: EvaluationSummary): string {
  const calls = judges.reduce((sum, judge) => sum + judge.calls, 0);
  const notes = [`${counts.judgments} judgments of ${counts.questions} questions in ${calls} calls`];
  if (counts.votes > 0) notes.push(`${counts.votes} votes`);
  if (counts.unparsed > 0) notes.push(`**${counts.unparsed} without a readable verdict**`);
  if (counts.withInjections > 0) notes.push(`**${counts.withInjections} with an answer that speaks to the judge**`);
  return `${notes.join(', ')}.`;
}

const raterName = (rater: Rater) => (rater.kind === 'humans' ? 'people' : escapeCell(rater.judge));

function shareCell(estimate: Estimate | undefined, digits = 1): string {
  if (estimate === undefined) return '';
  const { value, interval } = estimate;
  const ends = interval && ` [${percent(interval.low, digits)}, ${percent(interval.high, digits)}]`;
  return `${percent(value, digits)}${ends ?? ''}`;
}

function scoreCell(estimate: Estimate | undefined): string {
  if (estimate === undefined) return '';
  const { value, interval } = estimate;
  return `${decimal(value)}${interval ? ` [${decimal(interval.low)}, ${decimal(interval.high)}]` : ''}`;
}
