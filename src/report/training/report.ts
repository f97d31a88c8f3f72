import * as z from 'zod';
import { type CallOptions, parseConfig, type Source } from '../../core/index.js';
import type { TrainEvent } from '../../train/index.js';
import { notice, section } from '../html/card.js';
import { loadCharts } from '../html/charts/index.js';
import { html, type Markup } from '../html/markup.js';
import { writePage } from '../html/page.js';
import { type ReportConfig, type ReportFile, reportConfigSchema } from '../html/report-config.js';
import { type CurveSettings, lossFigure, smallFigure } from './figures.js';
import { TrainingHistory } from './history.js';
import { outcomeOf, overview } from './overview.js';
import { readEvents } from './read-events.js';
import { samplesSection } from './samples.js';

/** What a training report shows, and where. @public */
export interface TrainingReportConfig extends ReportConfig {
  /**
   * Steps over which curves are smoothed: an exponentially weighted mean in which a step weighs `2 / (smoothing + 1)`.
   *
   * @defaultValue a fortieth of the steps taken, 50 at most
   */
  readonly smoothing?: number | undefined;
}

const trainingReportSchema = reportConfigSchema.extend({ smoothing: z.int().positive().optional() });

/** What a training report accepts beside its events. @public */
export interface TrainingReportOptions extends CallOptions {
  /**
   * The error with which training ended, where it failed and the log does not say so. A {@link TrainingDivergedError} is
   * marked in the curves.
   */
  readonly failure?: unknown;
}

/** Does what the public `trainingReport` says. */
export async function writeTrainingReport(
  events: string | URL | Source<TrainEvent>,
  config: TrainingReportConfig,
  options: TrainingReportOptions = {},
): Promise<ReportFile> {
  const settings = parseConfig(trainingReportSchema, config, 'training report config');
  const { signal, failure } = options;
  const history = await TrainingHistory.of(readEvents(events, signal));
  const outcome = outcomeOf(history, failure);
  const curves = { smoothing: settings.smoothing ?? ordinarySmoothing(history), divergedAt: outcome.divergedAt };
  const page = {
    kind: 'Training report',
    title: settings.title ?? 'Training',
    lead: outcome.sentence,
    parts: parts(history, curves, outcome.notices),
  };
  return await writePage(page, settings, signal);
}

const ordinarySmoothing = ({ steps }: TrainingHistory) => Math.max(1, Math.min(50, Math.round(steps.length / 40)));

async function* parts(
  history: TrainingHistory,
  curves: CurveSettings,
  notices: readonly Markup[],
): AsyncGenerator<Markup, void, undefined> {
  yield overview(history, curves.smoothing);
  for (const text of notices) yield notice(text, 'bad');
  for (const text of few(history.problems)) yield notice(text);
  if (history.unreadable.length > 0)
    yield notice(
      html`${history.unreadable.length} of the log's lines could not be read and are left out: ${few(history.unreadable).join('; ')}`,
    );
  if (history.steps.length === 0) return;
  const draw = await loadCharts();
  yield section('curves', 'Curves', 'Over optimizer steps.', [
    lossFigure(draw, history, curves),
    html`<div class="small-multiples">${smallCurves
      .filter(({ field }) => history.steps.column(field).some(Number.isFinite))
      .map((curve) => smallFigure(draw, history, curve, curves))}</div>`,
  ]);
  if (history.samples.length > 0) yield samplesSection(history);
}

const smallCurves = [
  { field: 'gradientNorm', title: 'Gradient norm', caption: 'Over all parameters, before clipping.' },
  { field: 'learningRate', title: 'Learning rate', caption: 'As the schedule gave it to each step.' },
  { field: 'tokensPerSecond', title: 'Tokens per second', caption: 'Of whole steps, over all ranks.' },
  { field: 'flopUtilisation', title: 'FLOP utilisation', caption: 'Of the peak that was measured at the start.' },
] as const;

/** A log that is broken everywhere need not fill the page. */
function few(list: readonly string[]): readonly string[] {
  return list.length <= 5 ? list : [...list.slice(0, 5), `and ${list.length - 5} more`];
}
