import type { TrainEvent } from '../train/index.js';
import { lossCurve } from './loss-curve.js';
import { printLine, type Terminal } from './terminal.js';

/** Shows a training as it goes on. */
export interface TrainView {
  show(event: TrainEvent): void;
  /** Leaves the terminal as it was. */
  end(): void;
}

/** Steps between two lines where nobody looks on. */
const MILLISECONDS_BETWEEN_LINES = 10_000;
const BAR_WIDTH = 24;
const CURVE_WIDTH = 48;

/** Two lines that change on a terminal; a line now and then elsewhere. What is worth keeping stays above them. */
export function trainView({ errors }: Terminal): TrainView {
  const isLive = (errors as { isTTY?: boolean }).isTTY === true;
  const columns = (errors as { columns?: number }).columns ?? 80;
  const losses: number[] = [];
  let drawn = 0;
  let totalSteps = 0;
  let secondsPerStep = 0;
  let lastLine = Number.NEGATIVE_INFINITY;
  const erase = () => {
    if (drawn > 0) errors.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const keep = (line: string) => {
    erase();
    printLine(errors, line);
  };
  const draw = (lines: readonly string[]) => {
    erase();
    for (const line of lines) printLine(errors, line.slice(0, columns - 1));
    drawn = lines.length;
  };
  return {
    show(event) {
      if (event.type === 'train-start') {
        ({ totalSteps } = event);
        if (event.resumed) keep(`Goes on after step ${event.resumed.step}.`);
        keep(
          `${event.conversations} conversations, ${event.tokens} tokens, ${event.supervisedTokens} of them learned; ${totalSteps} steps.`,
        );
        return;
      }
      if (event.type !== 'step-end') {
        const line = lineOf(event);
        if (line !== undefined) keep(line);
        return;
      }
      losses.push(event.loss);
      const seconds = event.tokens / event.tokensPerSecond;
      secondsPerStep = secondsPerStep === 0 ? seconds : 0.9 * secondsPerStep + 0.1 * seconds;
      const left = (totalSteps - event.step) * secondsPerStep;
      const status = statusOf(event, totalSteps, left);
      if (isLive) draw([`${bar(event.step / totalSteps)} ${status}`, `loss ${lossCurve(losses, CURVE_WIDTH)}`]);
      else if (performance.now() - lastLine > MILLISECONDS_BETWEEN_LINES || event.step === totalSteps) {
        lastLine = performance.now();
        printLine(errors, status);
      }
    },
    // What was drawn last stays.
    end: () => {
      drawn = 0;
    },
  };
}

function statusOf(event: Extract<TrainEvent, { type: 'step-end' }>, totalSteps: number, left: number): string {
  const utilisation =
    event.flopUtilisation === undefined ? '' : `, ${Math.round(100 * event.flopUtilisation)}% of peak`;
  return (
    `step ${event.step}/${totalSteps}  loss ${event.loss.toFixed(3)}  lr ${event.learningRate.toExponential(1)}  ` +
    `${Math.round(event.tokensPerSecond)} tokens/s${utilisation}  ${duration(left)} left`
  );
}

/** Of what stays on the screen. */
function lineOf(event: TrainEvent): string | undefined {
  switch (event.type) {
    case 'evaluation-end':
      return `After step ${event.step}, on conversations it never saw: loss ${event.loss.toFixed(3)}, perplexity ${event.perplexity.toFixed(1)}`;
    case 'epoch-end':
      return `Epoch ${event.epoch} ended: loss ${event.loss.toFixed(3)}`;
    case 'sample':
      return `After step ${event.step}: ${oneLine(event.prompt.at(-1)?.content ?? '')} -> ${oneLine(event.reply)}`;
    case 'checkpoint-commit':
      return `Checkpoint of step ${event.step}: ${event.path}`;
    case 'checkpoint-fail':
    case 'log-fail':
      return event.problem;
    default:
      return undefined;
  }
}

/** What a model writes is not for the terminal to carry out. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
}

function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)}`;
}

export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
