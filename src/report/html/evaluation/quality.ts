import type { PairSummary } from '../../evaluation/index.js';
import { panel, section } from '../card.js';
import { barsChart, type Draw, figure } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import { decimal, percent } from '../numbers.js';
import { judgesOf, points, range, share } from './figures-of.js';

/** The bars of the Vicuna post of 2023: one model's points for every hundred of the other's. */
export function qualitySection(draw: Draw, pairs: readonly PairSummary[], confidence: number): Markup | undefined {
  const rows = pairs.flatMap((pair) => {
    const quality = pair.overall.scores?.relativeQuality;
    return quality === undefined ? [] : [{ pair, quality, scores: pair.overall.scores! }];
  });
  if (rows.length === 0) return undefined;
  const others = new Set(rows.map(({ pair }) => pair.models.b));
  const sole = others.size === 1 ? [...others][0]! : undefined;
  const top = Math.max(1, ...rows.map(({ quality }) => quality.interval?.high ?? quality.value));
  return section(
    'quality',
    'Relative quality',
    sole === undefined
      ? 'Points of one model for every hundred of the other.'
      : html`Points for every hundred of <strong>${sole}</strong>.`,
    panel(
      figure(draw, {
        id: 'quality-bars',
        title: 'Relative quality',
        description: rows
          .map(({ pair, quality }) => `${pair.models.a} has ${share(quality)} of the quality of ${pair.models.b}.`)
          .join(' '),
        caption: html`The sum of a model’s scores over the other’s on the same questions, with ${percent(confidence, 0)} intervals. The dashed line is equal quality.`,
        chart: (width) =>
          barsChart({
            width,
            shape: 'bars',
            from: 0,
            to: Math.ceil(top * 10 + 0.2) / 10,
            reference: 1,
            format: (value) => percent(value, 0),
            rows: rows.map(({ pair, quality }) => ({
              label: sole === undefined ? `${pair.models.a} / ${pair.models.b}` : pair.models.a,
              value: quality.value,
              interval: quality.interval,
              note: share(quality),
              shortNote: percent(quality.value),
            })),
          }),
        aside:
          rows.length <= 6 &&
          rows.map(({ pair, quality, scores }) => {
            const { a, b } = pair.models;
            const interval = quality.interval && ` ${range(quality.interval, (value) => percent(value))}`;
            return html`<p><strong>${a}</strong> has ${decimal(scores.a.value, 1)} points, <strong>${b}</strong> ${decimal(scores.b.value, 1)}: ${percent(quality.value, 2)}${interval}.</p>`;
          }),
        data: {
          columns: [
            { title: 'Model', value: ({ pair }) => pair.models.a },
            { title: 'relative to', value: ({ pair }) => pair.models.b },
            { title: 'Judged by', value: ({ pair }) => judgesOf(pair) },
            { title: 'Relative quality', value: ({ quality }) => share(quality, 2), isNumber: true },
            { title: 'Points', value: ({ scores }) => decimal(scores.a.value, 1), isNumber: true },
            { title: 'of the other', value: ({ scores }) => decimal(scores.b.value, 1), isNumber: true },
            { title: 'Mean difference', value: ({ scores }) => points(scores.meanDifference), isNumber: true },
          ],
          rows,
        },
      }),
    ),
  );
}
