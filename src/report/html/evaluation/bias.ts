import type { PairSummary } from '../../evaluation/index.js';
import { panel, section } from '../card.js';
import { barsChart, type Draw, figure } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import { count, decimal, percent } from '../numbers.js';
import { dataTable, type TableColumn } from '../table.js';
import { judgesOf, pairName, points, pValue, share } from './figures-of.js';

/** What moves judges beside the answers' worth: the place they are shown in, their length, words meant for the judge. */
export function biasSection(draw: Draw, pairs: readonly PairSummary[]): Markup {
  return section(
    'bias',
    'Bias of the judges',
    'What moves a verdict beside the worth of the answers. Measured, so that it can be set against the differences above.',
    [positionPanel(pairs), lengthPanel(draw, pairs), injectionPanel(pairs)],
  );
}

const pairColumns: readonly TableColumn<{ readonly pair: PairSummary }>[] = [
  { title: 'Comparison', value: ({ pair }) => pairName(pair) },
  { title: 'Judged by', value: ({ pair }) => judgesOf(pair) },
];

function positionPanel(pairs: readonly PairSummary[]): Markup {
  const rows = pairs.flatMap((pair) =>
    pair.bias.position === undefined ? [] : [{ pair, position: pair.bias.position }],
  );
  if (rows.length === 0)
    return panel(html`<h3>Position</h3><p class="note">Not measured: no judgment was read in both orders.</p>`);
  return panel(html`<h3>Position</h3><p class="note">How often the two orders disagree, and whether that favours the answer shown first. Half of the disagreements each way is no preference.</p>
${dataTable({
  caption: 'Position bias',
  columns: [
    ...pairColumns,
    { title: 'Read in both orders', value: ({ position }) => count(position.judgments), isNumber: true },
    { title: 'Orders disagree', value: ({ position }) => share(position.rate), isNumber: true },
    {
      title: 'First favoured',
      value: ({ position }) => `${count(position.first)} : ${count(position.second)}`,
      isNumber: true,
    },
    { title: 'Sign test', value: ({ position }) => pValue(position.pValue), isNumber: true },
    { title: 'Points for being first', value: ({ position }) => points(position.firstAdvantage), isNumber: true },
  ],
  rows,
})}`);
}

function lengthPanel(draw: Draw, pairs: readonly PairSummary[]): Markup | undefined {
  const rows = pairs.flatMap((pair) => (pair.bias.length === undefined ? [] : [{ pair, length: pair.bias.length }]));
  if (rows.length === 0) return undefined;
  const controlled = rows.flatMap(({ pair, length }) => {
    const { winRate } = pair.overall;
    return winRate === undefined || length.controlled === undefined
      ? []
      : [{ pair, length, winRate, controlled: length.controlled.winRate }];
  });
  return panel([
    controlled.length > 0 &&
      figure(draw, {
        id: 'length-bars',
        title: 'Win rate at equal lengths',
        description: controlled
          .map(
            ({ pair, winRate, controlled: equal }) =>
              `${pairName(pair)}: ${share(winRate)} as judged, ${share(equal)} at equal lengths.`,
          )
          .join(' '),
        caption:
          'A logistic regression of the outcome on the difference of lengths, read where there is none. A longer answer may well be the better one: this is no proof of bias.',
        chart: (width) =>
          barsChart({
            width,
            shape: 'dots',
            from: 0,
            to: 1,
            reference: 0.5,
            format: (value) => percent(value, 0),
            rows: controlled.flatMap(({ pair, winRate, controlled: equal }) => [
              {
                label: controlled.length === 1 ? 'as judged' : pair.models.a,
                value: winRate.value,
                interval: winRate.interval,
                note: share(winRate, 0),
                shortNote: percent(winRate.value, 0),
              },
              {
                label: 'equal lengths',
                value: equal.value,
                interval: equal.interval,
                note: share(equal, 0),
                shortNote: percent(equal.value, 0),
              },
            ]),
          }),
      }),
    controlled.length === 0 && html`<h3>Length</h3>`,
    dataTable({
      caption: 'Length of answers and winning',
      columns: [
        ...pairColumns,
        { title: 'The longer one wins', value: ({ length }) => share(length.longerShare), isNumber: true },
        { title: 'Sign test', value: ({ length }) => pValue(length.pValue), isNumber: true },
        {
          title: 'Mean lengths',
          value: ({ length }) => `${decimal(length.meanLength.a, 0)} : ${decimal(length.meanLength.b, 0)}`,
          isNumber: true,
        },
        { title: 'Win rate', value: ({ pair }) => share(pair.overall.winRate), isNumber: true },
        { title: 'At equal lengths', value: ({ length }) => share(length.controlled?.winRate), isNumber: true },
      ],
      rows,
    }),
  ]);
}

function injectionPanel(pairs: readonly PairSummary[]): Markup | undefined {
  const rows = pairs.filter(({ injections }) => injections.judgments > 0).map((pair) => ({ pair }));
  if (rows.length === 0) return undefined;
  return panel(html`<h3>Answers that speak to the judge</h3><p class="note">They are fenced off in the prompt; what was found is shown with each question below.</p>
${dataTable({
  caption: 'Signs of injection',
  columns: [
    ...pairColumns,
    { title: 'Judgments', value: ({ pair }) => count(pair.injections.judgments), isNumber: true },
    { title: 'First model’s answers', value: ({ pair }) => count(pair.injections.a), isNumber: true },
    { title: 'Second model’s', value: ({ pair }) => count(pair.injections.b), isNumber: true },
    {
      title: 'Rules',
      value: ({ pair }) => pair.injections.rules.map(({ rule, signs }) => `${rule} (${signs})`).join(', '),
    },
  ],
  rows,
})}`);
}
