import { ByteWindow } from './byte-window.js';
import { openFile } from './file-reader.js';
import { detectJsonForm } from './json-form.js';
import { JsonLineSplitter } from './json-lines.js';
import type { JsonItem } from './json-record.js';

/** Where a line lies: bytes `[start, end)` of the file. */
export interface LineRange {
  readonly start: number;
  /** Where the next line begins: past the line break. */
  readonly end: number;
  /** Whether a line break ends it; only the last line can lack it. */
  readonly terminated: boolean;
}

export interface LogLine extends LineRange {
  /** `blank`: nothing but space, up to the end of the file. */
  readonly item: JsonItem | { readonly type: 'blank' };
}

const newline = 0x0a;
/** A line of a log is one piece in memory anyway when it is written. */
const maxLineBytes = 512 * 1024 * 1024;

/** Reads a log from its beginning, one line in memory at a time; blank lines belong to the line after them. */
export async function* logLines(path: string): AsyncGenerator<LogLine, void, undefined> {
  const reader = await openFile(path);
  try {
    const window = new ByteWindow(reader);
    await detectJsonForm(window, 'lines');
    const splitter = new JsonLineSplitter(window, maxLineBytes);
    const position = () => window.locate(window.start).offset;
    for (let start = position(); ; ) {
      const item = splitter.next();
      if (item === 'more') {
        await window.fill();
        continue;
      }
      const end = position();
      if (item === 'end') {
        if (end > start) yield { item: { type: 'blank' }, start, end, terminated: true };
        return;
      }
      yield { item, start, end, terminated: window.bytes[window.start - 1] === newline };
      start = end;
    }
  } finally {
    await reader.close();
  }
}
