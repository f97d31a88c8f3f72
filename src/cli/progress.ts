import type { Writable } from 'node:stream';
import type { Progress } from '../core/index.js';
import { printLine, type Terminal } from './terminal.js';

/** Milliseconds between two lines where there is no terminal to draw a bar on. */
const LINE_INTERVAL = 10_000;

/** Shows how far a job is. */
export interface ProgressView {
  readonly update: (progress: Progress) => void;
  /** @param summary - one line that stays. */
  done(summary: string): void;
}

/** A bar on a terminal, a line now and then elsewhere. */
export async function showProgress(terminal: Terminal, title: string): Promise<ProgressView> {
  return isTerminal(terminal.errors) ? bar(terminal.errors, title) : lines(terminal.errors, title);
}

async function bar(stream: Writable, title: string): Promise<ProgressView> {
  const { progress } = await import('@clack/prompts');
  let shown: { readonly view: ReturnType<typeof progress>; readonly total: number } | undefined;
  let at = 0;
  return {
    update({ done, total = 100 }) {
      if (shown === undefined) {
        shown = { view: progress({ max: total, size: 32, output: stream }), total };
        shown.view.start(title);
      }
      shown.view.advance(Math.max(0, done - at), `${title}: ${done} of ${total}`);
      at = Math.max(at, done);
    },
    done(summary) {
      if (shown === undefined) printLine(stream, summary);
      else shown.view.stop(summary);
    },
  };
}

function lines(stream: Writable, title: string): ProgressView {
  let last = performance.now();
  return {
    update({ done, total }) {
      if (performance.now() - last < LINE_INTERVAL) return;
      last = performance.now();
      printLine(stream, `${title}: ${done}${total === undefined ? '' : ` of ${total}`}`);
    },
    done: (summary) => printLine(stream, summary),
  };
}

function isTerminal(stream: Writable): boolean {
  return (stream as Writable & { isTTY?: boolean }).isTTY === true;
}
