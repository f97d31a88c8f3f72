import * as z from 'zod';
import { type CallOptions, parseConfig, type Source } from '../../../core/index.js';
import type { Answer, Judgment, Question } from '../../../judge/index.js';
import type { EvaluationSummary, PairSummary } from '../../evaluation/index.js';
import { loadMarkdown } from '../browser/markdown.js';
import { Material, type PairOrder } from '../browser/material.js';
import { browserSection } from '../browser/section.js';
import { browserData } from '../browser/write.js';
import { loadCharts } from '../charts/index.js';
import { html, type Markup } from '../markup.js';
import { plural } from '../numbers.js';
import { writePage } from '../page.js';
import { type ReportConfig, type ReportFile, reportConfigSchema } from '../report-config.js';
import { biasSection } from './bias.js';
import { judgesSection } from './judges.js';
import { categoriesSection, outcomesSection } from './outcomes.js';
import { overview } from './overview.js';
import { qualitySection } from './quality.js';
import { ratingsSection, singlesSection } from './ratings.js';
import { turnedPair } from './turned-pair.js';

/** What an evaluation report is made of. @public */
export interface EvaluationReportInput {
  /** What the judgments come to, as `summarizeEvaluation` finds it. */
  readonly summary: EvaluationSummary;
  /** In the order in which they are to be shown. */
  readonly questions: Source<Question>;
  /** Those of models that were not judged are left out. */
  readonly answers: Source<Answer>;
  /** Those that the summary was made of. */
  readonly judgments: Source<Judgment>;
}

/** What an evaluation report shows, and where. @public */
export interface EvaluationReportConfig extends ReportConfig {
  /**
   * Id of the model that the others are measured by: it is the second in every comparison. A comparison it has no part
   * in stays as it is.
   *
   * @defaultValue every comparison as its first judgment has it
   */
  readonly baseline?: string | undefined;
}

const evaluationReportSchema = reportConfigSchema.extend({ baseline: z.string().min(1).optional() });

/**
 * Writes one HTML file that shows an evaluation: relative quality, wins, ties and losses overall and by category, ratings,
 * what biased the judges and how far they agree, each with its interval; and every question with its answers and verdicts,
 * to be searched, filtered and linked to. It opens from disk, loads nothing and needs no network. Questions, answers and
 * verdicts are untrusted: whatever is in them is shown, and nothing in them runs.
 *
 * @throws ConfigError where a setting is wrong.
 * @throws VicunaError `file-unwritable`.
 * @example
 * ```ts
 * await evaluationReport({ summary, questions, answers, judgments }, { output: 'evaluation.html', baseline: 'gpt-3.5' });
 * ```
 *
 * @public
 */
export async function evaluationReport(
  input: EvaluationReportInput,
  config: EvaluationReportConfig,
  options: CallOptions = {},
): Promise<ReportFile> {
  const settings = parseConfig(evaluationReportSchema, config, 'evaluation report config');
  const { baseline } = settings;
  const { summary } = input;
  const pairs = summary.pairs.map((pair) => (pair.models.a === baseline ? turnedPair(pair) : pair));
  const material = await Material.read(input, orderOf(pairs));
  const page = {
    kind: 'Evaluation report',
    title: settings.title ?? titleOf(summary, pairs),
    lead: leadOf(summary),
    parts: parts(summary, pairs, material, options),
  };
  return await writePage(page, settings, options.signal);
}

async function* parts(
  summary: EvaluationSummary,
  all: readonly PairSummary[],
  material: Material,
  { onProgress }: CallOptions,
): AsyncGenerator<Markup, void, undefined> {
  const draw = await loadCharts();
  const pairs = withoutParts(all);
  yield overview(summary, pairs);
  if (pairs.length > 0) {
    yield qualitySection(draw, pairs, summary.settings.confidence) ?? nothing;
    yield outcomesSection(draw, pairs);
    yield categoriesSection(draw, pairs) ?? nothing;
  }
  yield singlesSection(draw, summary.singles) ?? nothing;
  if (summary.ratings !== undefined) yield ratingsSection(draw, summary.ratings, ratingText.judges) ?? nothing;
  if (summary.votes !== undefined) yield ratingsSection(draw, summary.votes.ratings, ratingText.votes) ?? nothing;
  if (pairs.length > 0) yield biasSection(draw, pairs);
  yield judgesSection(summary);
  yield browserSection();
  const total = material.questions.length;
  const render = await loadMarkdown();
  yield* browserData(material, render, (done) => onProgress?.({ phase: 'report', done, total }));
}

const nothing = html``;

const ratingText = {
  judges: { id: 'ratings', title: 'Ratings', lead: 'Bradley-Terry ratings of all judgments, ties as half a win.' },
  votes: { id: 'votes', title: 'Ratings by people', lead: 'The same of people’s votes.' },
} as const;

/** Of each pair of models and mode the one told by all of its judges. */
function withoutParts(pairs: readonly PairSummary[]): PairSummary[] {
  const widest = new Map<string, PairSummary>();
  for (const pair of pairs) {
    const key = JSON.stringify([pair.models.a, pair.models.b, pair.mode]);
    const known = widest.get(key);
    if (known === undefined || pair.judges.length > known.judges.length) widest.set(key, pair);
  }
  return [...widest.values()];
}

function orderOf(pairs: readonly PairSummary[]): PairOrder {
  const first = new Map(pairs.map(({ models }) => [JSON.stringify([models.a, models.b].sort()), models.a]));
  return (one, other) => {
    const a = first.get(JSON.stringify([one, other].sort()));
    return a === undefined || a === one ? 'as-is' : 'turned';
  };
}

function titleOf({ models }: EvaluationSummary, pairs: readonly PairSummary[]): string {
  const kinds = new Set(pairs.map(({ models: { a, b } }) => JSON.stringify([a, b])));
  const [pair] = pairs;
  if (kinds.size === 1 && pair !== undefined) return `${pair.models.a} against ${pair.models.b}`;
  return models.length <= 3 ? models.join(', ') : plural(models.length, 'model');
}

function leadOf({ counts, judges, settings }: EvaluationSummary): Markup {
  const names = judges.length <= 4 ? judges.map(({ judge }) => judge).join(', ') : plural(judges.length, 'judge');
  return html`${plural(counts.questions, 'question')}, judged by ${names}. Brackets hold ${Math.round(100 * settings.confidence)}% intervals: questions resampled ${settings.resamples.toLocaleString('en')} times, seed ${settings.seed}.`;
}
