import { appendFile, type FileHandle, mkdir, open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VicunaError } from '../core/index.js';
import type { EventRecorder } from './event-recorder.js';
import type { LogFailEvent, TrainEvent } from './events.js';

const EVENT_LOG_FILE = 'events.jsonl';
const LINE_END = 0x0a;
/** Bytes of an older log that are looked at together. */
const CHUNK_BYTES = 65_536;

/**
 * Every event as a line of JSON in the output directory, for reports. Each line is on its own as soon as it is written:
 * no file stays open, and the directory may be replaced between two of them.
 */
export class EventLog implements EventRecorder {
  readonly #path: string | undefined;
  /** Of whole lines. */
  #bytes = 0;
  #hasBegun = false;
  #hasFailed = false;
  #failure: LogFailEvent | undefined;

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

  async begin(from: number | undefined): Promise<void> {
    const path = this.#path;
    if (path === undefined) return;
    this.#hasBegun = true;
    await writing(path, async () => {
      if (from !== undefined) this.#bytes = await dropTornLine(path);
      else await writeFile(path, '');
    });
  }

  async record<Event extends TrainEvent>(event: Event): Promise<Event> {
    const path = this.#path;
    if (path === undefined || !this.#hasBegun) return event;
    const line = `${JSON.stringify(event)}\n`;
    try {
      await appendFile(path, line);
      this.#bytes += Buffer.byteLength(line);
    } catch (error) {
      // A part of a line would spoil the next one.
      await truncate(path, this.#bytes).catch(() => undefined);
      if (!this.#hasFailed) this.#failure = { type: 'log-fail', file: path, problem: describe(path, error) };
      this.#hasFailed = true;
    }
    return event;
  }

  takeFailure(): LogFailEvent | undefined {
    const failure = this.#failure;
    this.#failure = undefined;
    return failure;
  }
}

/** A process that was killed may have left half a line. @returns how long the log is now */
async function dropTornLine(path: string): Promise<number> {
  const handle = await open(path, 'a+');
  try {
    const bytes = await endOfLastLine(handle);
    await handle.truncate(bytes);
    return bytes;
  } finally {
    await handle.close();
  }
}

async function endOfLastLine(handle: FileHandle): Promise<number> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let { size: end } = await handle.stat(); end > 0; end -= Math.min(end, CHUNK_BYTES)) {
    const start = Math.max(0, end - CHUNK_BYTES);
    const { bytesRead } = await handle.read(chunk, 0, end - start, start);
    const last = chunk.subarray(0, bytesRead).lastIndexOf(LINE_END);
    if (last !== -1) return start + last + 1;
  }
  return 0;
}

async function writing(path: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (cause) {
    throw new VicunaError('file-unwritable', `${describe(path, cause)} Or choose another outputDirectory.`, { cause });
  }
}

function describe(path: string, cause: unknown): string {
  return `${path} cannot be written: ${String(cause)}. Make room there.`;
}
