import type {
  BrowserIndex,
  ItemRow,
  JudgmentDetail,
  Outcome,
  QuestionDetail,
  ReplyDetail,
} from '../browser/payload.js';
import { element, prose } from './elements.js';
import { round } from './rows.js';

/** Shows a question, what was answered and what the judges said. */
export function detailOf(index: BrowserIndex, place: number, detail: QuestionDetail): DocumentFragment {
  const item = index.items[place]!;
  const { id, category, excerpt } = index.questions[item.question]!;
  const judgments = detail.judgments.filter((judgment) => judgment.item === place);
  const made = document.createDocumentFragment();
  made.append(
    element(
      'header',
      { class: 'about' },
      element('span', { class: 'pill' }, index.categories[category]!),
      element('span', { class: 'id' }, `question ${id}`),
      ...detail.tags.map((tag) => element('span', { class: 'pill' }, tag)),
    ),
    element('h3', { class: 'hidden-text' }, excerpt || `Question ${id}`),
    ...warnings(index, item, judgments),
    ...turns(index, item, detail),
    element('h4', { class: 'heading' }, judgments.length === 1 ? 'The verdict' : 'The verdicts'),
    ...judgments.map((judgment) => judgmentOf(index, item, judgment)),
  );
  return made;
}

function warnings(index: BrowserIndex, item: ItemRow, judgments: readonly JudgmentDetail[]): HTMLElement[] {
  // Judges see the same answers, so that each sign would be told once a judge.
  const signs = new Map(
    judgments.flatMap(({ injections }) => injections).map((sign) => [`${sign.answer} ${sign.rule} ${sign.text}`, sign]),
  );
  return [...signs.values()].map(({ answer, rule, text }) =>
    element(
      'p',
      { class: 'notice bad' },
      element('strong', {}, `${nameOf(index, item, answer)} speaks to the judge`),
      ` (${rule}): `,
      element('q', {}, text),
    ),
  );
}

function turns(
  index: BrowserIndex,
  item: ItemRow,
  { turnsHtml, referenceHtml, answers }: QuestionDetail,
): HTMLElement[] {
  const sides = item.b === undefined ? (['a'] as const) : (['a', 'b'] as const);
  const count = Math.max(1, turnsHtml.length);
  return Array.from({ length: count }, (_, turn) => {
    const question = turnsHtml[turn];
    const reference = referenceHtml[turn];
    return element(
      'div',
      { class: 'turn' },
      element(
        'div',
        { class: 'asked' },
        element('h4', { class: 'heading' }, count > 1 ? `Question, turn ${turn + 1}` : 'Question'),
        question === undefined
          ? element('p', { class: 'note' }, 'The question was not given to the report.')
          : prose(question),
      ),
      reference !== undefined &&
        element('details', { class: 'reference' }, element('summary', {}, 'Reference answer'), prose(reference)),
      element(
        'div',
        { class: `answers ${sides.length === 1 ? 'one' : 'two'}` },
        ...sides.map((side) => {
          const given = answers.find(({ model }) => model === (side === 'a' ? item.a : item.b))?.turnsHtml[turn];
          const missing = () => element('p', { class: 'note' }, 'This answer was not given to the report.');
          return element(
            'section',
            { class: `answer ${side}` },
            element('h4', { class: 'model' }, nameOf(index, item, side)),
            given === undefined ? missing() : prose(given),
          );
        }),
      ),
    );
  });
}

function judgmentOf(index: BrowserIndex, item: ItemRow, judgment: JudgmentDetail): HTMLElement {
  const { judge, mode, outcome, scores, positionBias, replies } = judgment;
  const disagree = positionBias === 'first' || positionBias === 'second';
  return element(
    'section',
    { class: 'judgment' },
    element(
      'header',
      {},
      element('h5', {}, index.judges[judge]!),
      element('span', { class: 'note' }, mode),
      outcomePill(index, item, outcome, scores),
      disagree &&
        element('span', { class: 'note' }, `the orders disagree: the answer shown ${positionBias} is favoured`),
    ),
    element(
      'div',
      { class: `replies ${replies.length > 1 ? 'two' : 'one'}` },
      ...replies.map((reply) => replyOf(index, item, reply)),
    ),
  );
}

function replyOf(index: BrowserIndex, item: ItemRow, reply: ReplyDetail): HTMLElement {
  const { order, outcome, scores, explanationHtml, unread, attempts } = reply;
  const first = order === undefined ? undefined : nameOf(index, item, order === 'ab' ? 'a' : 'b');
  return element(
    'div',
    { class: 'reply' },
    first !== undefined && element('p', { class: 'order' }, element('strong', {}, first), ' shown first'),
    outcomePill(index, item, outcome, scores),
    attempts > 1 && element('span', { class: 'note' }, ' asked twice'),
    unread === undefined
      ? prose(explanationHtml)
      : element(
          'div',
          {},
          element('p', { class: 'note' }, `Not read: ${unread.problem}`),
          element('pre', { class: 'raw', tabindex: '0' }, unread.text),
        ),
  );
}

function outcomePill(
  index: BrowserIndex,
  item: ItemRow,
  outcome: Outcome | undefined,
  scores: readonly [number, number?] | undefined,
): HTMLElement {
  const numbers = scores?.map((score) => (score === undefined ? '' : round(score))).join(' : ');
  const said =
    outcome === 'a' || outcome === 'b'
      ? `${nameOf(index, item, outcome)} is better`
      : outcome === 'tie'
        ? 'a tie'
        : outcome === 'unparsed'
          ? 'no verdict'
          : '';
  const text = [said, numbers].filter((part) => part !== undefined && part !== '').join(', ');
  return element('span', { class: `verdict ${outcome ?? 'score'}` }, text);
}

function nameOf({ models }: BrowserIndex, { a, b }: ItemRow, side: 'a' | 'b'): string {
  return models[side === 'a' ? a : b!]!;
}
