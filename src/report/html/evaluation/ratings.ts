import type { ModelRating, RatingSummary, SingleSummary } from '../../evaluation/index.js';
import { panel, section } from '../card.js';
import { barsChart, type Draw, figure } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import { count, decimal } from '../numbers.js';
import { dataTable } from '../table.js';
import { points, range } from './figures-of.js';

/** The rating table, and its intervals as a picture. One pair needs none: its win rate says the same. */
export function ratingsSection(
  draw: Draw,
  { anchor, groups }: RatingSummary,
  { id, title, lead }: { readonly id: string; readonly title: string; readonly lead: string },
): Markup | undefined {
  if (!groups.some(({ models }) => models.length > 2)) return undefined;
  const scale =
    anchor.model === undefined
      ? `the mean of a group is ${count(anchor.rating)}`
      : `${anchor.model} has ${count(anchor.rating)}`;
  return section(
    id,
    title,
    html`${lead} 400 points are odds of ten to one; ${scale}.`,
    groups.map(({ models, fit }, index) =>
      panel([
        ratingFigure(draw, models, `${id}-${index}`),
        dataTable({ caption: 'Ratings, best first', columns: ratingColumns, rows: models, isSortable: true }),
        fit === 'separated' &&
          html`<p class="note">Some models never lost to the others: half a win each way was added to every pair, or their ratings would be infinite.</p>`,
      ]),
    ),
  );
}

const round = (rating: number) => decimal(rating, 0);

function ratingFigure(draw: Draw, models: readonly ModelRating[], id: string): Markup {
  const ends = models.flatMap(({ rating, interval }) => [rating, interval?.low ?? rating, interval?.high ?? rating]);
  const room = Math.max(20, (Math.max(...ends) - Math.min(...ends)) / 10);
  return figure(draw, {
    id,
    title: 'Ratings and their intervals',
    description: models.map(({ model, rating }) => `${model} ${round(rating)}.`).join(' '),
    caption: 'A model ranks below another only where its interval lies wholly below the other’s.',
    chart: (width) =>
      barsChart({
        width,
        shape: 'dots',
        from: Math.floor((Math.min(...ends) - room) / 50) * 50,
        to: Math.ceil((Math.max(...ends) + room) / 50) * 50,
        format: round,
        rows: models.map(({ model, rating, interval }) => ({
          label: model,
          value: rating,
          interval,
          note: `${round(rating)}${interval === undefined ? '' : ` ${range(interval, round)}`}`,
          shortNote: round(rating),
        })),
      }),
  });
}

const ratingColumns = [
  { title: 'Model', value: ({ model }: ModelRating) => model, order: ({ model }: ModelRating) => model },
  numberColumn('Rank', ({ rank }) => rank),
  numberColumn('Rating', ({ rating }) => rating),
  {
    title: 'Interval',
    value: ({ interval }: ModelRating) => (interval === undefined ? '–' : range(interval, round)),
    isNumber: true,
  },
  numberColumn('Comparisons', ({ comparisons }) => comparisons),
  numberColumn('Wins', ({ wins }) => wins),
  numberColumn('Ties', ({ ties }) => ties),
  numberColumn('Losses', ({ losses }) => losses),
];

function numberColumn(title: string, value: (rating: ModelRating) => number) {
  return { title, value: (rating: ModelRating) => round(value(rating)), order: value, isNumber: true };
}

/** Mean scores of answers that were judged one by one. */
export function singlesSection(draw: Draw, singles: readonly SingleSummary[]): Markup | undefined {
  const rows = singles.flatMap((single) =>
    single.overall.mean === undefined ? [] : [{ single, mean: single.overall.mean }],
  );
  if (rows.length === 0) return undefined;
  return section(
    'singles',
    'Answers judged one by one',
    'Mean scores, from 1 to 10.',
    panel(
      figure(draw, {
        id: 'single-bars',
        title: 'Mean score',
        description: rows.map(({ single, mean }) => `${single.model} ${points(mean)}.`).join(' '),
        caption: 'Every judgment counts once; questions are resampled for the intervals.',
        chart: (width) =>
          barsChart({
            width,
            shape: 'bars',
            from: 0,
            to: 10,
            format: String,
            rows: rows.map(({ single, mean }) => ({
              label: single.model,
              value: mean.value,
              interval: mean.interval,
              note: points(mean),
              shortNote: decimal(mean.value, 2),
            })),
          }),
        data: {
          columns: [
            { title: 'Model', value: ({ single }) => single.model },
            { title: 'Judged by', value: ({ single }) => single.judges.join(', ') },
            { title: 'Mean score', value: ({ mean }) => points(mean), isNumber: true },
            { title: 'Questions', value: ({ single }) => count(single.overall.questions), isNumber: true },
            { title: 'No score', value: ({ single }) => count(single.overall.unparsed), isNumber: true },
          ],
          rows,
        },
      }),
    ),
  );
}
