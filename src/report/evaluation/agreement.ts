import {
  addCoincidences,
  cohenKappa,
  fleissKappa,
  krippendorffAlpha,
  observedAgreement,
  pairAgreement,
} from '../statistics/index.js';
import { estimate, present, type Resampler } from './estimate.js';
import { QuestionSums } from './question-sums.js';
import type { RaterOutcomes } from './rater-outcomes.js';
import type { AgreementFigures, AgreementSummary, JuryAgreement, Rater } from './summary-agreement.js';

/** The name under which people's votes are kept among the judges: none a judge can have. */
export const HUMANS = '';

/** Outcomes -1, 0 and 1. */
const CATEGORIES = 3;
const CELLS = CATEGORIES * CATEGORIES;

/** What raters said, and the items in the order in which they are resampled. */
interface Ratings {
  readonly outcomes: RaterOutcomes;
  readonly items: ReturnType<RaterOutcomes['ranked']>;
}

/**
 * How raters agree, two by two and all judges together.
 *
 * @param ranks - of the questions.
 * @returns `undefined` where no two have an item in common.
 */
export function agreementOf(
  outcomes: RaterOutcomes,
  ranks: ArrayLike<number>,
  resampler: Resampler,
): AgreementSummary | undefined {
  const ratings = { outcomes, items: outcomes.ranked(ranks) };
  // People last, as the other side of every comparison.
  const judges = outcomes.raters.filter((rater) => rater !== HUMANS);
  const raters = [...judges, ...outcomes.raters.filter((rater) => rater === HUMANS)];
  const pairs = raters.flatMap((first, index) =>
    raters.slice(index + 1).flatMap((second) => {
      const withTies = pairFigures(ratings, [first, second], true, resampler);
      if (withTies.items === 0) return [];
      const withoutTies = pairFigures(ratings, [first, second], false, resampler);
      return [{ raters: [raterOf(first), raterOf(second)] as const, withTies, withoutTies }];
    }),
  );
  if (pairs.length === 0) return undefined;
  const jury = judges.length > 2 && {
    withTies: juryFigures(ratings, judges, true, resampler),
    withoutTies: juryFigures(ratings, judges, false, resampler),
  };
  return { pairs, ...(jury && { jury }) };
}

function raterOf(rater: string): Rater {
  return rater === HUMANS ? { kind: 'humans' } : { kind: 'judge', judge: rater };
}

function pairFigures(
  { outcomes, items: ranked }: Ratings,
  [first, second]: readonly [string, string],
  ties: boolean,
  { settings, stream }: Resampler,
): AgreementFigures {
  const tables = new QuestionSums(CELLS);
  let items = 0;
  for (const [item, question] of ranked) {
    const said = [outcomes.of(first, item), outcomes.of(second, item)];
    if (said.includes(undefined) || (!ties && said.includes(0))) continue;
    const cells = new Array<number>(CELLS).fill(0);
    cells[(said[0]! + 1) * CATEGORIES + said[1]! + 1] = 1;
    tables.add(question, ...cells);
    items++;
  }
  const name = `${stream}/${JSON.stringify([first, second])}/${ties}`;
  const numbersOf = (counts: Uint32Array) => {
    const table = tables.totals(counts);
    return { agreement: observedAgreement(table, CATEGORIES), kappa: cohenKappa(table, CATEGORIES) };
  };
  const shares = { agreement: tables.questions };
  const { estimates } = estimate(tables.questions, { settings, stream: name }, numbersOf, shares);
  return present({ items, ...estimates });
}

/** Of each question: items all have judged, their pair agreement, what was said of them; then coincidences of all items. */
function juryFigures(
  { outcomes, items: ranked }: Ratings,
  judges: readonly string[],
  ties: boolean,
  { settings, stream }: Resampler,
): JuryAgreement {
  const sums = new QuestionSums(2 + CATEGORIES + CELLS);
  for (const [item, question] of ranked) {
    const said = judges.flatMap((judge) => outcomes.of(judge, item) ?? []).filter((outcome) => ties || outcome !== 0);
    if (said.length < 2) continue;
    const counts = [-1, 0, 1].map((outcome) => said.filter((value) => value === outcome).length);
    const coincidences = new Float64Array(CELLS);
    addCoincidences(coincidences, counts);
    const isComplete = said.length === judges.length;
    const complete = isComplete ? [1, pairAgreement(counts), ...counts] : [0, 0, 0, 0, 0];
    sums.add(question, ...complete, ...coincidences);
  }
  const { estimates } = estimate(sums.questions, { settings, stream: `${stream}/jury/${ties}` }, (counts) => {
    const totals = sums.totals(counts);
    const [items = 0, agreement = 0] = totals;
    return {
      fleissKappa: fleissKappa({ items, agreement, categories: totals.subarray(2, 2 + CATEGORIES) }),
      krippendorffAlpha: krippendorffAlpha(totals.subarray(2 + CATEGORIES), CATEGORIES),
    };
  });
  return present({ raters: judges.map(raterOf), items: sums.totals()[0]!, ...estimates });
}
