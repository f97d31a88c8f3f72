import type { Comparison, PairSummary } from '../../evaluation/index.js';
import { legend, panel, section } from '../card.js';
import { type Draw, figure, stackedChart } from '../charts/index.js';
import { type Content, html, type Markup } from '../markup.js';
import { count, percent } from '../numbers.js';
import { pairName, pValue, share } from './figures-of.js';

interface OutcomeRow {
  readonly label: string;
  readonly comparison: Comparison;
}

/** Wins, ties and losses: every pair over all questions. */
export function outcomesSection(draw: Draw, pairs: readonly PairSummary[]): Markup {
  const others = new Set(pairs.map(({ models }) => models.b));
  const sole = others.size === 1 ? pairs[0]!.models.b : undefined;
  const rows = pairs.map((pair) => ({ label: outcomeLabel(pair, pairs.length, sole), comparison: pair.overall }));
  return section(
    'outcomes',
    'Wins, ties and losses',
    'A judgment in both orders counts once; where the orders disagree it is a tie.',
    panel(
      outcomeFigure(draw, {
        id: 'outcome-bars',
        title: pairs.length === 1 ? pairName(pairs[0]!) : sole === undefined ? 'All comparisons' : `Against ${sole}`,
        names:
          pairs.length === 1
            ? pairs[0]!.models
            : { a: sole === undefined ? 'the first model' : 'the model', b: sole ?? 'the second' },
        rows,
        aside: pairs.length <= 6 && pairs.map(significanceNote),
      }),
    ),
  );
}

function outcomeLabel({ models }: PairSummary, count: number, sole: string | undefined): string {
  if (count === 1) return 'all questions';
  return sole === undefined ? `${models.a} / ${models.b}` : models.a;
}

/** The same by category, a figure for each pair. */
export function categoriesSection(draw: Draw, pairs: readonly PairSummary[]): Markup | undefined {
  const divided = pairs.filter(({ categories }) => categories.length > 1);
  if (divided.length === 0) return undefined;
  const figures = divided.map((pair, index) =>
    panel(
      outcomeFigure(draw, {
        id: `category-bars-${index}`,
        title: pairName(pair),
        names: pair.models,
        rows: pair.categories.map((comparison) => ({ label: comparison.category, comparison })),
        aside: categoryNotes(pair),
      }),
    ),
  );
  // A page that begins with thirty figures hides what comes after them.
  const rest = figures.slice(4);
  return section(
    'categories',
    'By category',
    'Few questions stand behind each bar: mind the intervals in the numbers.',
    [
      figures.slice(0, 4),
      rest.length > 0 &&
        html`<details class="more"><summary>${rest.length} more comparisons</summary>${rest}</details>`,
    ],
  );
}

function outcomeFigure(
  draw: Draw,
  figureOf: {
    readonly id: string;
    readonly title: string;
    readonly names: { readonly a: string; readonly b: string };
    readonly rows: readonly OutcomeRow[];
    readonly aside: Content;
  },
): Markup {
  const { id, title, names, rows, aside } = figureOf;
  const parts = [
    { colour: 'var(--a)', ink: 'var(--on-a)' },
    { colour: 'var(--tie)', ink: 'var(--on-tie)' },
    { colour: 'var(--b)', ink: 'var(--on-b)' },
  ];
  return figure(draw, {
    id,
    title,
    description: rows
      .map(
        ({ label, comparison: { outcomes } }) =>
          `${label}: ${outcomes.wins} wins of ${names.a}, ${outcomes.ties} ties, ${outcomes.losses} wins of ${names.b}.`,
      )
      .join(' '),
    caption: html`On the right, the share of ${names.a}: wins, and ties as half a win.`,
    legend: legend([
      { swatch: 'a', text: `${names.a} is better` },
      { swatch: 'tie', text: 'tie' },
      { swatch: 'b', text: `${names.b} is better` },
    ]),
    aside,
    chart: (width) =>
      stackedChart({
        width,
        parts,
        rows: rows.map(({ label, comparison: { outcomes, winRate } }) => ({
          label,
          values: [outcomes.wins, outcomes.ties, outcomes.losses],
          note: share(winRate, 0),
          shortNote: winRate === undefined ? '–' : percent(winRate.value, 0),
        })),
      }),
    data: {
      columns: [
        { title: 'Judgments on', value: ({ label }) => label },
        { title: 'Wins', value: ({ comparison }) => count(comparison.outcomes.wins), isNumber: true },
        { title: 'Ties', value: ({ comparison }) => count(comparison.outcomes.ties), isNumber: true },
        { title: 'Losses', value: ({ comparison }) => count(comparison.outcomes.losses), isNumber: true },
        { title: 'Win rate', value: ({ comparison }) => share(comparison.winRate), isNumber: true },
        { title: 'Better or equal', value: ({ comparison }) => share(comparison.betterOrEqual), isNumber: true },
        {
          title: 'Relative quality',
          value: ({ comparison }) => share(comparison.scores?.relativeQuality),
          isNumber: true,
        },
        { title: 'No verdict', value: ({ comparison }) => count(comparison.unparsed), isNumber: true },
      ],
      rows,
    },
  });
}

function significanceNote(pair: PairSummary): Markup {
  const { models, overall, significance } = pair;
  const { a, b } = models;
  const p =
    significance &&
    html` Sign test over questions: ${pValue(significance.sign.pValue)}${significance.wilcoxon && html`; Wilcoxon’s test of the scores: ${pValue(significance.wilcoxon.pValue)}`}.`;
  return html`<p><strong>${a}</strong> is better than <strong>${b}</strong> or equal in ${share(overall.betterOrEqual)} of the judgments.${p}</p>`;
}

function categoryNotes({ models, categories }: PairSummary): Content {
  const rated = categories.flatMap(({ category, winRate }) => (winRate === undefined ? [] : [{ category, winRate }]));
  if (rated.length < 2) return undefined;
  const ordered = [...rated].sort((one, other) => other.winRate.value - one.winRate.value);
  const best = ordered[0]!;
  const worst = ordered.at(-1)!;
  return html`<p>${models.a} does best in <strong>${best.category}</strong> (${share(best.winRate, 0)}) and worst in <strong>${worst.category}</strong> (${share(worst.winRate, 0)}).</p>`;
}
