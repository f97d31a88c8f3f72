import * as z from 'zod';
import type { Conversation } from '../../conversation/index.js';
import { type CallOptions, parseConfig, type Source } from '../../core/index.js';
import { type CleanReport, type Reject, type RejectReason, rejectReasons } from '../../data/index.js';
import { cards, notice, panel, section } from '../html/card.js';
import { barsChart, type Draw, figure, loadCharts } from '../html/charts/index.js';
import { html, type Markup } from '../html/markup.js';
import { compact, count, percent, plural } from '../html/numbers.js';
import { writePage } from '../html/page.js';
import { type ReportConfig, type ReportFile, reportConfigSchema } from '../html/report-config.js';
import { ConversationTally } from './tally.js';

/** A conversation that was left out, with as much of it as is to be shown. @public */
export interface RejectExample extends Reject {
  /** Shown as text, whatever is in it. */
  readonly text?: string | undefined;
}

/** What a cleaning report is made of. @public */
export interface CleaningReportInput {
  /** What the cleaner reported. */
  readonly report: CleanReport;
  /** Conversations that were left out: some of each reason are shown. */
  readonly rejects?: Source<RejectExample> | undefined;
  /** The conversations that were kept, for their turns, characters and languages (`metadata.language`). */
  readonly conversations?: Source<Conversation> | undefined;
}

/** What a cleaning report shows, and where. @public */
export interface CleaningReportConfig extends ReportConfig {
  /** How many rejects are shown of each reason: the first. @defaultValue `5` */
  readonly examples?: number | undefined;
}

const cleaningReportSchema = reportConfigSchema.extend({ examples: z.int().nonnegative().default(5) });

/**
 * Writes one HTML file that shows what became of chat logs: how many were kept, why the others were left out, with
 * examples, and what the kept ones are like. It opens from disk, loads nothing and needs no network.
 *
 * @throws ConfigError where a setting is wrong.
 * @throws VicunaError `file-unwritable`.
 * @example
 * ```ts
 * const rejects: Reject[] = [];
 * const run = cleaner.clean(records, { onReject: (reject) => rejects.push(reject) });
 * await cleaningReport({ report: await run.result, rejects }, { output: 'cleaning.html' });
 * ```
 *
 * @public
 */
export async function cleaningReport(
  input: CleaningReportInput,
  config: CleaningReportConfig,
  options: CallOptions = {},
): Promise<ReportFile> {
  const settings = parseConfig(cleaningReportSchema, config, 'cleaning report config');
  const { report } = input;
  const shown = await firstOfEach(input.rejects ?? [], settings.examples, options.signal);
  const tally = new ConversationTally();
  for await (const conversation of input.conversations ?? []) {
    options.signal?.throwIfAborted();
    tally.add(conversation);
  }
  const page = {
    kind: 'Cleaning report',
    title: settings.title ?? 'Cleaned conversations',
    lead: html`${plural(report.kept, 'conversation')} of ${count(report.read)} kept.`,
    parts: parts(report, shown, tally),
  };
  return await writePage(page, settings, options.signal);
}

type Examples = ReadonlyMap<RejectReason, readonly RejectExample[]>;

async function firstOfEach(
  rejects: Source<RejectExample>,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Examples> {
  const examples = new Map<RejectReason, RejectExample[]>();
  for await (const reject of rejects) {
    signal?.throwIfAborted();
    const list = examples.get(reject.reason) ?? [];
    examples.set(reject.reason, list);
    if (list.length < limit) list.push(reject);
  }
  return examples;
}

async function* parts(report: CleanReport, examples: Examples, tally: ConversationTally): AsyncGenerator<Markup> {
  const { read, kept, turns, trimmedTurns, characters } = report;
  yield cards([
    { label: 'Read', value: count(read), detail: 'conversations' },
    { label: 'Kept', value: count(kept), detail: read > 0 ? percent(kept / read) : undefined },
    {
      label: 'Turns kept',
      value: compact(turns),
      detail: kept > 0 ? `${(turns / kept).toFixed(1)} a conversation` : undefined,
    },
    { label: 'Turns cut off', value: count(trimmedTurns), detail: 'of conversations that were kept' },
    { label: 'Characters', value: compact(characters.kept), detail: `of ${compact(characters.read)} that were read` },
  ]);
  if (read === 0) {
    yield notice('Nothing was read.');
    return;
  }
  const draw = await loadCharts();
  const reasons = rejectReasons.map((reason) => ({ label: words(reason), count: report.rejected[reason] }));
  yield section(
    'reasons',
    'Kept and left out',
    'Reasons are tried in this order; the first that applies counts.',
    panel(countsFigure(draw, 'reason-bars', 'What became of them', [{ label: 'kept', count: kept }, ...reasons], read)),
  );
  if (tally.count > 0) {
    const languages = [...tally.languages].sort((one, other) => other[1] - one[1]).slice(0, 15);
    yield section('kept', 'What was kept', `Of ${plural(tally.count, 'conversation')}.`, [
      panel(countsFigure(draw, 'turn-bars', 'Turns of a conversation', tally.turns, tally.count)),
      panel(countsFigure(draw, 'character-bars', 'Characters of a conversation', tally.characters, tally.count)),
      languages.length > 0 &&
        panel(
          countsFigure(
            draw,
            'language-bars',
            'Languages',
            languages.map(([label, number]) => ({ label, count: number })),
            tally.count,
          ),
        ),
    ]);
  }
  const shown = rejectReasons.filter((reason) => (examples.get(reason)?.length ?? 0) > 0);
  if (shown.length > 0)
    yield section(
      'examples',
      'Examples of what was left out',
      'Look at them: a rule that takes too much shows here.',
      shown.map((reason) => exampleList(reason, examples.get(reason)!, report.rejected[reason])),
    );
}

function countsFigure(
  draw: Draw,
  id: string,
  title: string,
  rows: readonly { readonly label: string; readonly count: number }[],
  whole: number,
): Markup {
  return figure(draw, {
    id,
    title,
    description: rows.map(({ label, count: number }) => `${label}: ${count(number)}.`).join(' '),
    caption: '',
    chart: (width) =>
      barsChart({
        width,
        shape: 'bars',
        from: 0,
        to: Math.max(1, ...rows.map((row) => row.count)),
        format: compact,
        rows: rows.map(({ label, count: number }) => ({
          label,
          value: number,
          note: `${count(number)} (${percent(number / whole)})`,
          shortNote: compact(number),
        })),
      }),
    data: {
      columns: [
        { title, value: ({ label }) => label },
        { title: 'Conversations', value: (row) => count(row.count), isNumber: true },
        { title: 'Share', value: (row) => percent(row.count / whole), isNumber: true },
      ],
      rows,
    },
  });
}

function exampleList(reason: RejectReason, examples: readonly RejectExample[], all: number): Markup {
  const items = examples.map(
    ({ id, detail, location, text }) =>
      html`<li><p><strong>${id}</strong>: ${detail}${location && html` <span class="note">${location.file}${location.line !== undefined && `:${location.line}`}</span>`}</p>${text !== undefined && html`<pre class="raw" tabindex="0">${text}</pre>`}</li>`,
  );
  return html`<details class="panel" open><summary>${words(reason)}: ${examples.length} of ${count(all)}</summary><ul class="examples">${items}</ul></details>`;
}

const words = (reason: RejectReason): string => reason.replaceAll('-', ' ');
