import { type CallOptions, parseConfig } from '../../core/index.js';
import { examplesSection, reasonsSection } from '../cleaning/sections.js';
import { notice, panel, section } from '../html/card.js';
import { type Draw, loadCharts } from '../html/charts/index.js';
import { countsFigure } from '../html/counts-figure.js';
import { html, type Markup } from '../html/markup.js';
import { count, percent, plural } from '../html/numbers.js';
import { writePage } from '../html/page.js';
import { type ReportConfig, type ReportFile, reportConfigSchema } from '../html/report-config.js';
import { dataTable } from '../html/table.js';
import type { FrequentText } from '../tally/frequent-texts.js';
import { contextSection } from './context-section.js';
import { languageSection } from './language-section.js';
import { type LeftOutReason, leftOutReasons } from './left-out.js';
import { lengthSection } from './length-section.js';
import { overview } from './overview.js';
import type { DatasetSummary } from './summary.js';

/** What a data set report is made of. @public */
export interface DatasetReportInput {
  /** Of {@link summarizeDataset}. */
  readonly summary: DatasetSummary;
  /** How often personal data was found, by its kind (`email`, `phone`), where somebody looked. */
  readonly personalData?: Readonly<Record<string, number>> | undefined;
}

/** Where a data set report goes. @public */
export interface DatasetReportConfig extends ReportConfig {}

const datasetReportSchema = reportConfigSchema.extend({});

/** Does what the public `datasetReport` says. */
export async function writeDatasetReport(
  { summary, personalData }: DatasetReportInput,
  config: DatasetReportConfig,
  options: CallOptions = {},
): Promise<ReportFile> {
  const settings = parseConfig(datasetReportSchema, config, 'data set report config');
  const page = {
    kind: 'Data set report',
    title: settings.title ?? 'Training data',
    lead: leadOf(summary),
    parts: parts(summary, personalData),
  };
  return await writePage(page, settings, options.signal);
}

function leadOf({ conversations, cleaning, supervision, settings }: DatasetSummary): Markup {
  const kept = cleaning === undefined ? '' : ` of ${count(cleaning.read)} kept`;
  return html`${plural(conversations, 'conversation')}${kept}; ${plural(supervision.examples, 'segment')} of at most ${count(settings.maxTokens)} tokens to train on, written as ${settings.template}.`;
}

async function* parts(
  summary: DatasetSummary,
  personalData: DatasetReportInput['personalData'],
): AsyncGenerator<Markup, void, undefined> {
  const { cleaning, conversations, frequentQuestions, frequentOpenings } = summary;
  yield overview(summary);
  const draw = await loadCharts();
  if (conversations > 0) {
    yield lengthSection(draw, summary);
    yield contextSection(draw, summary);
    yield languageSection(draw, summary);
    if (frequentQuestions.length + frequentOpenings.length > 0)
      yield section('frequent', 'What comes often', 'Texts that came more than once, the most frequent first.', [
        frequentTable('First questions', frequentQuestions, conversations, 'conversations'),
        frequentTable('How replies begin', frequentOpenings, summary.tokens.replies.count, 'replies'),
      ]);
  } else yield notice('Nothing is left to train on.', 'bad');
  if (personalData !== undefined) yield personalSection(draw, personalData);
  if (cleaning !== undefined && cleaning.read > 0) yield reasonsSection(draw, cleaning);
  const groups = leftOutReasons.flatMap((reason) => {
    const examples = summary.leftOut
      .filter((leftOut) => leftOut.reason === reason)
      .map(({ excerpt, ...leftOut }) => ({ ...leftOut, text: excerpt }));
    return examples.length > 0 ? [{ reason, examples, all: leftOutCount(summary, reason) }] : [];
  });
  if (groups.length > 0) yield examplesSection(groups);
}

function leftOutCount({ cleaning, contexts, settings, supervision }: DatasetSummary, reason: LeftOutReason): number {
  const segments = contexts.find(({ maxTokens }) => maxTokens === settings.maxTokens);
  const counts: Partial<Record<LeftOutReason, number>> = {
    ...cleaning?.rejected,
    ...segments?.rejected,
    ...supervision.rejected,
  };
  return counts[reason] ?? 0;
}

function frequentTable(title: string, texts: readonly FrequentText[], whole: number, ofWhat: string): Markup | false {
  if (texts.length === 0) return false;
  const columns = [
    { title: 'Text', value: ({ text }: FrequentText) => text },
    { title: 'Times', value: (row: FrequentText) => count(row.count), isNumber: true },
    { title: 'Share', value: (row: FrequentText) => percent(row.count / whole), isNumber: true },
  ];
  const caption = `Of ${count(whole)} ${ofWhat}.`;
  return panel(html`<h3>${title}</h3>${dataTable({ caption, columns, rows: texts })}`);
}

function personalSection(draw: Draw, found: Readonly<Record<string, number>>): Markup {
  const rows = Object.entries(found)
    .map(([kind, number]) => ({ label: kind.replaceAll('-', ' '), count: number }))
    .sort((one, other) => other.count - one.count);
  const whole = rows.reduce((sum, row) => sum + row.count, 0);
  const title = 'Found, by kind';
  const body =
    whole === 0
      ? notice('None was found.')
      : panel(countsFigure(draw, { id: 'personal-bars', title, counted: 'Places', rows, whole }));
  return section(
    'personal',
    'Personal data',
    'What looks like somebody’s own: read a sample before you trust it.',
    body,
  );
}
