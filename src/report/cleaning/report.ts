import * as z from 'zod';
import type { Conversation } from '../../conversation/index.js';
import { type CallOptions, parseConfig, type Source } from '../../core/index.js';
import { type CleanReport, type Reject, type RejectReason, rejectReasons } from '../../data/index.js';
import { cards, notice, panel, section } from '../html/card.js';
import { type Draw, loadCharts } from '../html/charts/index.js';
import { countsFigure } from '../html/counts-figure.js';
import { distributionFigure } from '../html/distribution-figure.js';
import { html, type Markup } from '../html/markup.js';
import { compact, count, percent, plural } from '../html/numbers.js';
import { writePage } from '../html/page.js';
import { type ReportConfig, type ReportFile, reportConfigSchema } from '../html/report-config.js';
import { examplesSection, reasonsSection } from './sections.js';
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

/** Does what the public `cleaningReport` says. */
export async function writeCleaningReport(
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
  yield reasonsSection(draw, report);
  if (tally.turns.count > 0) yield keptSection(draw, tally);
  const groups = rejectReasons.flatMap((reason) => {
    const shown = examples.get(reason) ?? [];
    return shown.length > 0 ? [{ reason, examples: shown, all: report.rejected[reason] }] : [];
  });
  if (groups.length > 0) yield examplesSection(groups);
}

function keptSection(draw: Draw, tally: ConversationTally): Markup {
  const counted = 'Conversations';
  const turns = { id: 'turns', title: 'Turns of a conversation', counted };
  const characters = { id: 'characters', title: 'Characters of a conversation', counted };
  const rows = tally.languages().slice(0, 15);
  const whole = tally.turns.count;
  return section('kept', 'What was kept', `Of ${plural(whole, 'conversation')}.`, [
    html`<div class="small-multiples">${[
      panel(distributionFigure(draw, turns, tally.turns.distribution())),
      panel(distributionFigure(draw, characters, tally.characters.distribution())),
    ]}</div>`,
    rows.length > 0 && panel(countsFigure(draw, { id: 'language-bars', title: 'Languages', counted, rows, whole })),
  ]);
}
