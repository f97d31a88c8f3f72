import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { KeyedLog, type LogEntry } from '../../src/io/index.js';
import { projectDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';

it('everything that was acknowledged is there after the writer was killed at any instant', async () => {
  const path = join(await temporaryDirectory(), 'notes.jsonl');
  const acknowledged = new Set<string>();
  let torn = 0;
  for (let kill = 0; kill < 15; kill++) {
    const writer = spawn(process.execPath, ['--import', 'tsx', 'test/support/append-forever.ts', path, `${kill}`], {
      cwd: projectDirectory,
    });
    let said = '';
    writer.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await once(writer.stdout, 'data');
    await wait(Math.random() * 60);
    writer.kill('SIGKILL');
    await once(writer, 'close');
    for (const key of said.split('\n').slice(0, -1)) acknowledged.add(key);
    await using log = await KeyedLog.open<LogEntry & { text: string }>(path, {
      parse: (value) => value as LogEntry & { text: string },
    });
    if (log.torn !== undefined) torn++;
    expect([...acknowledged].filter((key) => !log.has(key))).toEqual([]);
    expect(log.duplicates).toBe(0);
    for await (const { key, text } of log) expect(text).toBe(key.repeat(2000));
  }
  expect(acknowledged.size).toBeGreaterThan(50);
  process.stderr.write(`${acknowledged.size} entries acknowledged in 15 lives, ${torn} torn lines\n`);
});
