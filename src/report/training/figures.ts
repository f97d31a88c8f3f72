import { legend, panel } from '../html/card.js';
import { type Draw, figure, type Line, type LinesLayout, linesChart } from '../html/charts/index.js';
import { html, type Markup } from '../html/markup.js';
import { count, significant } from '../html/numbers.js';
import type { TableColumn } from '../html/table.js';
import type { StepField } from './columns.js';
import { envelope, sampled, smoothed } from './curves.js';
import type { TrainingHistory } from './history.js';

export interface CurveSettings {
  /** Steps over which curves are smoothed. */
  readonly smoothing: number;
  /** The step that could not be taken. */
  readonly divergedAt: number | undefined;
}

/** Ranges that curves are divided into: about one for every two pixels. */
const ranges = 360;
/** Rows of a table that stands in for a curve. */
const tableRows = 40;
/** A curve whose largest value is this many times its middle one is drawn over a logarithmic axis. */
const spikes = 25;

export function lossFigure(draw: Draw, history: TrainingHistory, settings: CurveSettings): Markup {
  const { smoothing } = settings;
  const evaluations = history.evaluations.filter(({ loss }) => Number.isFinite(loss));
  const evaluationLine: Line = {
    points: evaluations.map(({ step, loss }) => [step, loss]),
    colour: 'var(--b)',
    dots: evaluations.length <= 40,
  };
  const loss = history.steps.column('loss');
  const smooth = smoothed(loss, smoothing);
  const step = history.steps.column('step');
  return panel(
    figure(draw, {
      id: 'loss',
      title: 'Loss',
      description: described('Loss', smooth, history),
      caption: html`Mean over supervised tokens, in nats. The line is smoothed over about ${count(smoothing)} ${smoothing === 1 ? 'step' : 'steps'}; the band behind it holds every single step, smallest to largest.`,
      legend: legend([
        { swatch: 'line a', text: 'training' },
        ...(evaluations.length > 0 ? [{ swatch: 'line b', text: 'held out' }] : []),
        ...(history.checkpoints.length > 0 ? [{ swatch: 'triangle', text: 'checkpoint' }] : []),
      ]),
      aside: lossNotes(history, smooth),
      chart: (width) =>
        linesChart({
          ...curve(history, 'loss', settings, width),
          height: 300,
          ...(evaluations.length > 0 && { lines: [...curve(history, 'loss', settings, width).lines, evaluationLine] }),
          ticks: history.checkpoints.map((checkpoint) => checkpoint.step),
          formatY: (value) => significant(value),
        }),
      data: {
        columns: [
          { title: 'Step', value: ({ index }) => count(step[index]!), isNumber: true },
          { title: 'Loss', value: ({ index }) => significant(loss[index]!, 4), isNumber: true },
          { title: 'Smoothed', value: ({ index }) => significant(smooth[index]!, 4), isNumber: true },
          {
            title: 'Held out',
            value: ({ index }) => lossAt(evaluations, step[index - 1] ?? 0, step[index]!),
            isNumber: true,
          },
        ],
        rows: rowsOf(step.length, evaluations.length === 0 ? [] : evaluations.map((event) => step.indexOf(event.step))),
      },
    }),
  );
}

/** One of the curves beside the loss. */
export function smallFigure(
  draw: Draw,
  history: TrainingHistory,
  { field, title, caption }: { readonly field: StepField; readonly title: string; readonly caption: string },
  settings: CurveSettings,
): Markup {
  const step = history.steps.column('step');
  const values = history.steps.column(field);
  const columns: TableColumn<{ readonly index: number }>[] = [
    { title: 'Step', value: ({ index }) => count(step[index]!), isNumber: true },
    { title, value: ({ index }) => significant(values[index]!, 4), isNumber: true },
  ];
  return panel(
    figure(draw, {
      id: field,
      size: 'small',
      title,
      description: described(title, values, history),
      caption,
      chart: (width) =>
        linesChart({
          ...curve(history, field, settings, width),
          height: 170,
          formatY: (value) => (field === 'flopUtilisation' ? `${Math.round(100 * value)}%` : significant(value, 2)),
        }),
      data: { columns, rows: rowsOf(step.length, []) },
    }),
  );
}

function curve(
  history: TrainingHistory,
  field: StepField,
  { smoothing, divergedAt }: CurveSettings,
  width: number,
): Pick<LinesLayout, 'width' | 'lines' | 'band' | 'marks' | 'range' | 'base'> {
  const step = history.steps.column('step');
  const values = history.steps.column(field);
  const isNoisy = field !== 'learningRate';
  const smooth = isNoisy ? smoothed(values, smoothing) : values;
  const broken = divergedAt ?? history.firstBroken;
  return {
    width,
    lines: [{ points: sampled(step, smooth, ranges), colour: 'var(--a)' }],
    ...(isNoisy && { band: { points: envelope(step, values, ranges), colour: 'var(--band)' } }),
    base: baseOf(field, values),
    range: { from: step[0] === undefined ? 0 : Math.min(1, step[0]), to: Math.max(history.lastStep, broken ?? 0, 2) },
    marks: [
      ...history.resumes.map((resume) => ({ x: resume.step, label: 'resumed', colour: 'var(--muted)' })),
      ...(broken === undefined ? [] : [{ x: broken, label: 'diverged', colour: 'var(--bad)' }]),
    ],
  };
}

function baseOf(field: StepField, values: Float64Array): LinesLayout['base'] {
  if (field === 'gradientNorm' && hasSpikes(values)) return 'logarithmic';
  return field === 'loss' ? 'data' : 'zero';
}

function hasSpikes(values: Float64Array): boolean {
  const sorted = values.filter((value) => Number.isFinite(value) && value > 0).sort();
  return sorted.length > 0 && sorted.at(-1)! > spikes * sorted[sorted.length >> 1]!;
}

function described(title: string, values: Float64Array, history: TrainingHistory): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return `${title}: no step was taken.`;
  let low = finite[0]!;
  let high = low;
  for (const value of finite) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const begin = significant(finite[0]!);
  const end = significant(finite.at(-1)!);
  return `${title} over ${count(history.lastStep)} steps: from ${begin} at the beginning to ${end} at the end, between ${significant(low)} and ${significant(high)}.`;
}

function lossNotes(history: TrainingHistory, smooth: Float64Array): Markup[] {
  const notes: Markup[] = [];
  let best = -1;
  for (const [index, value] of smooth.entries())
    if (Number.isFinite(value) && (best < 0 || value < smooth[best]!)) best = index;
  if (best >= 0) {
    const at = history.steps.column('step')[best]!;
    notes.push(html`<p>Smoothed, it is lowest at step ${count(at)}: ${significant(smooth[best]!, 4)}.</p>`);
  }
  const held = history.evaluations.filter(({ loss }) => Number.isFinite(loss));
  if (held.length > 1) {
    const lowest = held.reduce((one, other) => (other.loss < one.loss ? other : one));
    const isLast = lowest === held.at(-1);
    notes.push(
      html`<p>Held out, it is lowest at step ${count(lowest.step)}: ${significant(lowest.loss, 4)}${isLast ? ', the last time it was measured' : '. It rose again after that: a sign of overfitting'}.</p>`,
    );
  }
  for (const { step, repeated } of history.resumes.slice(0, 5))
    notes.push(
      html`<p>Resumed after step ${count(step)}${repeated > 0 && `; ${count(repeated)} ${repeated === 1 ? 'step was' : 'steps were'} taken again and are drawn as they were the second time`}.</p>`,
    );
  if (history.resumes.length > 5) notes.push(html`<p>Resumed ${count(history.resumes.length)} times in all.</p>`);
  return notes;
}

function lossAt(
  evaluations: readonly { readonly step: number; readonly loss: number }[],
  after: number,
  upTo: number,
): string {
  const found = evaluations.findLast(({ step }) => step > after && step <= upTo);
  return found === undefined ? '' : significant(found.loss, 4);
}

/** Steps spread evenly from the first to the last, and those that must be among them. */
function rowsOf(length: number, needed: readonly number[]): { readonly index: number }[] {
  const indices = new Set(needed.filter((index) => index >= 0).slice(-2 * tableRows));
  const rows = Math.min(length, tableRows);
  for (let row = 0; row < rows; row++) indices.add(rows === 1 ? 0 : Math.round((row * (length - 1)) / (rows - 1)));
  return [...indices].sort((one, other) => one - other).map((index) => ({ index }));
}
