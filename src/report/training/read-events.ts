import * as z from 'zod';
import type { Source } from '../../core/index.js';
import { readJson } from '../../io/index.js';
import type { TrainEvent } from '../../train/index.js';

/** A line of an event log, or an event of a run. */
export type LoggedEvent =
  | { readonly readable: true; readonly event: TrainEvent }
  | { readonly readable: false; readonly problem: string };

/**
 * Reads events one by one. A log that was cut off or damaged is read as far as it can be.
 *
 * @throws VicunaError `file-unreadable`.
 */
export async function* readEvents(
  source: string | URL | Source<TrainEvent>,
  signal: AbortSignal | undefined,
): AsyncGenerator<LoggedEvent, void, undefined> {
  if (typeof source !== 'string' && !(source instanceof URL)) {
    for await (const event of source) yield { readable: true, event };
    return;
  }
  for await (const item of readJson(source, { form: 'lines', signal })) {
    const { file, line } = item.location;
    const place = `${file}${line === undefined ? '' : `:${line}`}`;
    if (item.type === 'bad') yield { readable: false, problem: `${place}: ${item.message}` };
    else if (isEvent(item.value)) yield { readable: true, event: item.value };
    else yield { readable: false, problem: `${place}: expected a training event, found something else` };
  }
}

const messages = z.array(z.object({ role: z.string(), content: z.string() })).min(1);

const numbersOf: Readonly<Partial<Record<TrainEvent['type'], readonly string[]>>> = {
  'train-start': ['totalSteps', 'parameters', 'conversations', 'tokens', 'supervisedTokens', 'ranks'],
  'step-end': ['step', 'loss', 'gradientNorm', 'learningRate', 'tokens', 'supervisedTokens', 'tokensPerSecond'],
  'evaluation-end': ['step', 'loss'],
  'epoch-end': ['epoch', 'step', 'loss'],
  'checkpoint-commit': ['step', 'bytes', 'seconds'],
  sample: ['step', 'index'],
  'train-fail': ['step'],
  'train-end': ['steps', 'tokens', 'loss', 'seconds'],
};

/** Whether it has the numbers that are read from it. JSON writes those that are none as null. */
function isEvent(value: unknown): value is TrainEvent {
  if (typeof value !== 'object' || value === null || !('type' in value)) return false;
  const record = value as Readonly<Record<string, unknown>>;
  const needed = numbersOf[record.type as TrainEvent['type']] ?? [];
  if (!needed.every((name) => typeof record[name] === 'number' || record[name] === null)) return false;
  if (record.type === 'train-fail') return typeof record.message === 'string';
  return record.type !== 'sample' || (typeof record.reply === 'string' && messages.safeParse(record.prompt).success);
}
