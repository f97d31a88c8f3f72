import { appendFile, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { VicunaError } from '../../core/index.js';
import type { EventRecorder } from '../event-recorder.js';
import type { LogFailEvent, TrainEvent } from '../events.js';
import { encodeEvent, encodeRecord } from './event.js';
import { summariesOf } from './summaries.js';

/** Two files of one second need different names. */
let filesOfProcess = 0;

/**
 * Writes the figures of a training as TensorBoard reads them. Every start writes a file of its own, as TensorFlow does; one
 * that goes on from a checkpoint says so, and TensorBoard forgets the steps that are taken again.
 */
export class TensorBoardRecorder implements EventRecorder {
  readonly #directory: string;
  #path: string | undefined;
  #failure: LogFailEvent | undefined;
  #hasFailed = false;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async begin(from: number | undefined): Promise<void> {
    // Where no step will follow, nothing is forgotten either.
    if (from === Number.POSITIVE_INFINITY) return;
    const seconds = Date.now() / 1000;
    const file = `events.out.tfevents.${Math.floor(seconds)}.${hostname()}.${process.pid}.${filesOfProcess++}`;
    const path = join(this.#directory, file);
    try {
      await mkdir(this.#directory, { recursive: true });
      await appendFile(path, encodeRecord(encodeEvent({ kind: 'version' }, 0, seconds)));
      await appendFile(path, encodeRecord(encodeEvent({ kind: 'restart' }, (from ?? 0) + 1, seconds)));
    } catch (cause) {
      const problem = `${path} cannot be written: ${String(cause)}. Make room there, or choose another tensorboard.directory.`;
      throw new VicunaError('file-unwritable', problem, { cause });
    }
    this.#path = path;
  }

  async record<Event extends TrainEvent>(event: Event): Promise<Event> {
    if (this.#path === undefined) return event;
    const seconds = Date.now() / 1000;
    const records = summariesOf(event).map(({ content, step }) => encodeRecord(encodeEvent(content, step, seconds)));
    if (records.length === 0) return event;
    try {
      await appendFile(this.#path, Buffer.concat(records));
    } catch (error) {
      const problem = `${this.#path} cannot be written: ${String(error)}. Make room there.`;
      if (!this.#hasFailed) this.#failure = { type: 'log-fail', file: this.#path, problem };
      this.#hasFailed = true;
      // Half a record would hide all that follow.
      this.#path = undefined;
    }
    return event;
  }

  takeFailure(): LogFailEvent | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }
}
