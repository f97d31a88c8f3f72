// Appends long entries to a log, several at a time, and says each key once its append has resolved, until it is killed.
import { writeSync } from 'node:fs';
import { KeyedLog, type LogEntry } from '../../src/io/index.js';

const [path, life] = process.argv.slice(2);
const log = await KeyedLog.open<LogEntry & { text: string }>(path!, {
  parse: (value) => value as LogEntry & { text: string },
});
await Promise.all(
  [0, 1, 2, 3].map(async (lane) => {
    for (let number = 0; ; number++) {
      const key = `${life}-${lane}-${number}`;
      await log.append({ key, text: key.repeat(2000) });
      writeSync(1, `${key}\n`);
    }
  }),
);
