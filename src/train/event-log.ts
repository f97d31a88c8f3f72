import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VicunaError } from '../core/index.js';
import type { TrainEvent } from './events.js';

const EVENT_LOG_FILE = 'events.jsonl';

/**
 * Every event as a line of JSON in the output directory, for reports. Each line is on its own as soon as it is written:
 * no file stays open, and the directory may be replaced between two of them.
 */
export class EventLog {
  readonly #path: string | undefined;

  private constructor(path: string | undefined) {
    this.#path = path;
  }

  /**
   * Makes the output directory, so that a place that cannot be written is found before training and not after.
   *
   * @param enabled - `false` writes nothing.
   * @throws VicunaError `file-unwritable`.
   */
  static async create(outputDirectory: string, enabled: boolean): Promise<EventLog> {
    await writing(outputDirectory, () => mkdir(outputDirectory, { recursive: true }));
    return new EventLog(enabled ? join(outputDirectory, EVENT_LOG_FILE) : undefined);
  }

  /** @param goesOn - whether the events of an earlier part of the same training are kept. */
  async begin(goesOn: boolean): Promise<void> {
    const path = this.#path;
    if (path !== undefined && !goesOn) await writing(path, () => writeFile(path, ''));
  }

  /** Writes an event and gives it back: what is yielded after it was recorded is in the log when a listener sees it. */
  async record<Event extends TrainEvent>(event: Event): Promise<Event> {
    const path = this.#path;
    if (path !== undefined) await writing(path, () => appendFile(path, `${JSON.stringify(event)}\n`));
    return event;
  }
}

async function writing(path: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw new VicunaError(
      'file-unwritable',
      `${path} cannot be written: ${String(cause)}. Make room there, or choose another outputDirectory.`,
      { cause },
    );
  }
}
