import type { Judgment, OrderedReply, PairJudgment, Question, SingleJudgment } from '../../../judge/index.js';
import type { RenderMarkdown } from './markdown.js';
import type { Material } from './material.js';
import type { Names } from './names.js';
import type { ItemRow, JudgmentDetail, QuestionDetail, ReplyDetail } from './payload.js';

export interface EntryNames {
  readonly models: Names;
  readonly judges: Names;
}

/** A question as the page gets it: rows for the list, and the details behind them. */
export interface Entry {
  readonly items: readonly ItemRow[];
  readonly detail: QuestionDetail;
}

/**
 * @param place - of the question in the list of questions.
 * @param firstItem - place of its first row in the list of items.
 */
export function entryOf(
  question: Question,
  material: Material,
  { place, firstItem }: { readonly place: number; readonly firstItem: number },
  names: EntryNames,
  render: RenderMarkdown,
): Entry {
  const groups = byAnswers(material.judgments(question.id));
  const models = new Set<string>();
  const items: ItemRow[] = [];
  const judgments: JudgmentDetail[] = [];
  for (const group of groups) {
    const item = firstItem + items.length;
    for (const model of modelsOf(group[0]!)) models.add(model);
    items.push(itemRow(group, place, names));
    for (const judgment of group) judgments.push(judgmentDetail(judgment, item, names, render));
  }
  const answers = [...models].flatMap((model) => {
    const answer = material.answer(question.id, model);
    return answer === undefined ? [] : [{ model: names.models.placeOf(model), turnsHtml: answer.turns.map(render) }];
  });
  const { turns, reference = [], tags = [] } = question;
  return {
    items,
    detail: { turnsHtml: turns.map(render), referenceHtml: reference.map(render), tags, answers, judgments },
  };
}

/** All that was said about the same answers. */
function byAnswers(judgments: readonly Judgment[]): readonly Judgment[][] {
  const groups = new Map<string, Judgment[]>();
  for (const judgment of judgments) {
    const key = JSON.stringify(modelsOf(judgment));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [judgment]);
    else group.push(judgment);
  }
  return [...groups.values()];
}

const modelsOf = (judgment: Judgment): readonly string[] =>
  judgment.type === 'pair' ? [judgment.models.a, judgment.models.b] : [judgment.model];

function itemRow(group: readonly Judgment[], question: number, { models, judges }: EntryNames): ItemRow {
  const [a, b] = modelsOf(group[0]!);
  return {
    question,
    a: models.placeOf(a!),
    b: b === undefined ? undefined : models.placeOf(b),
    verdicts: group.map((judgment) => ({ judge: judges.placeOf(judgment.judge), outcome: outcomeOf(judgment) })),
    scores: meanScores(group.flatMap((judgment) => scoresOf(judgment) ?? [])),
    ordersDisagree: group.some(
      (judgment) => judgment.type === 'pair' && judgment.positionBias !== undefined && judgment.positionBias !== 'none',
    ),
    hasInjections: group.some(({ injections }) => injections.length > 0),
  };
}

function outcomeOf(judgment: Judgment) {
  if (judgment.type === 'pair') return judgment.outcome;
  return judgment.score === undefined ? 'unparsed' : undefined;
}

function scoresOf(judgment: Judgment): [readonly [a: number, b?: number]] | undefined {
  if (judgment.type === 'single') return judgment.score === undefined ? undefined : [[judgment.score]];
  return judgment.scores && [[judgment.scores.a, judgment.scores.b]];
}

function meanScores(scores: readonly (readonly [a: number, b?: number])[]): ItemRow['scores'] {
  const [first] = scores;
  if (first === undefined) return undefined;
  const mean = (place: 0 | 1) => scores.reduce((sum, score) => sum + (score[place] ?? 0), 0) / scores.length;
  return first[1] === undefined ? [mean(0)] : [mean(0), mean(1)];
}

function judgmentDetail(judgment: Judgment, item: number, names: EntryNames, render: RenderMarkdown): JudgmentDetail {
  const shared = {
    item,
    judge: names.judges.placeOf(judgment.judge),
    mode: judgment.mode,
    outcome: outcomeOf(judgment),
    scores: scoresOf(judgment)?.[0],
    injections: judgment.injections,
  };
  if (judgment.type === 'single') return { ...shared, replies: [singleReply(judgment, render)] };
  return { ...shared, positionBias: judgment.positionBias, replies: pairReplies(judgment, render) };
}

function pairReplies({ replies }: PairJudgment, render: RenderMarkdown): ReplyDetail[] {
  return replies.map((reply) => ({ order: reply.order, attempts: reply.attempts, ...readingOf(reply, render) }));
}

function readingOf({ reading, text }: OrderedReply, render: RenderMarkdown): Omit<ReplyDetail, 'order' | 'attempts'> {
  if (reading.kind === 'unparsed')
    return { outcome: 'unparsed', explanationHtml: '', unread: { problem: reading.problem, text } };
  const { outcome, scores, explanation } = reading;
  return { outcome, scores: scores && [scores.a, scores.b], explanationHtml: render(explanation) };
}

function singleReply(
  { score, text, explanation, problem, attempts }: SingleJudgment,
  render: RenderMarkdown,
): ReplyDetail {
  if (score === undefined)
    return { outcome: 'unparsed', explanationHtml: '', unread: { problem: problem ?? 'no score', text }, attempts };
  return { scores: [score], explanationHtml: render(explanation), attempts };
}
