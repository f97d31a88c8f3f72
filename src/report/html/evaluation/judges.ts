import type { EvaluationSummary, Rater } from '../../evaluation/index.js';
import { panel, section } from '../card.js';
import { html, type Markup } from '../markup.js';
import { count, decimal } from '../numbers.js';
import { dataTable } from '../table.js';
import { points, share } from './figures-of.js';

/** What each judge did, and how far they agree. */
export function judgesSection({ judges, agreement, pairs }: EvaluationSummary): Markup {
  return section('judges', 'The judges', 'What they did, and how far they agree with each other and with people.', [
    panel(
      dataTable({
        caption: 'Judges',
        columns: [
          { title: 'Judge', value: ({ judge }) => judge, order: ({ judge }) => judge },
          {
            title: 'Judgments',
            value: ({ judgments }) => count(judgments),
            isNumber: true,
            order: ({ judgments }) => judgments,
          },
          { title: 'Calls', value: ({ calls }) => count(calls), isNumber: true, order: ({ calls }) => calls },
          {
            title: 'No verdict',
            value: ({ unparsed }) => count(unparsed),
            isNumber: true,
            order: ({ unparsed }) => unparsed,
          },
          { title: 'Orders disagree', value: ({ judge }) => disagreement(pairs, judge), isNumber: true },
          {
            title: 'Prompt tokens',
            value: ({ usage }) => count(usage.promptTokens),
            isNumber: true,
            order: ({ usage }) => usage.promptTokens,
          },
          {
            title: 'Completion tokens',
            value: ({ usage }) => count(usage.completionTokens),
            isNumber: true,
            order: ({ usage }) => usage.completionTokens,
          },
        ],
        rows: judges,
        isSortable: true,
      }),
    ),
    agreement && panel(agreementTable(agreement)),
  ]);
}

function disagreement(pairs: EvaluationSummary['pairs'], judge: string): string {
  const positions = pairs.flatMap(({ judges, bias }) =>
    judges.length === 1 && judges[0] === judge && bias.position !== undefined ? [bias.position] : [],
  );
  const judgments = positions.reduce((sum, position) => sum + position.judgments, 0);
  if (judgments === 0) return '–';
  return `${decimal((100 * positions.reduce((sum, position) => sum + position.disagreements, 0)) / judgments, 1)}%`;
}

function agreementTable({ pairs, jury }: NonNullable<EvaluationSummary['agreement']>): Markup {
  return html`<h3>Agreement</h3><p class="note">Cohen’s kappa is agreement beyond chance: 1 is perfect, 0 is what chance alone gives.</p>
${dataTable({
  caption: 'Agreement of two raters',
  columns: [
    { title: 'Raters', value: ({ raters: [one, other] }) => `${nameOf(one)} and ${nameOf(other)}` },
    { title: 'Items', value: ({ withTies }) => count(withTies.items), isNumber: true },
    { title: 'Agreement', value: ({ withTies }) => share(withTies.agreement), isNumber: true },
    { title: 'Kappa', value: ({ withTies }) => points(withTies.kappa), isNumber: true },
    { title: 'Agreement without ties', value: ({ withoutTies }) => share(withoutTies.agreement), isNumber: true },
    { title: 'Kappa without ties', value: ({ withoutTies }) => points(withoutTies.kappa), isNumber: true },
  ],
  rows: pairs,
})}${
  jury &&
  html`<p class="note">All ${jury.withTies.raters.length} judges together: Fleiss’ kappa ${points(jury.withTies.fleissKappa)}, Krippendorff’s alpha ${points(jury.withTies.krippendorffAlpha)}.</p>`
}`;
}

const nameOf = (rater: Rater) => (rater.kind === 'humans' ? 'people' : rater.judge);
