import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Random } from '../../../src/core/index.js';
import type { PrepareEvent } from '../../../src/data/index.js';
import { directoryHashes } from '../../support/directory-hashes.js';
import { writeLogs } from '../../support/prepare-logs.js';
import { projectDirectory } from '../../support/shared-data.js';
import { temporaryDirectory } from '../../support/temporary.js';

// All twenty of the promise take a minute; VICUNA_KILLS=20 runs them.
const kills = Number(process.env.VICUNA_KILLS ?? 4);

it('no kill at any instant loses a shard that was told of, or changes a byte', { timeout: 300_000 }, async () => {
  const folder = await temporaryDirectory();
  const { inputs, tokenizer } = await writeLogs(folder, 1200);
  const random = Random.fromSeed(7, 'kills');
  /** @param patience - milliseconds from the first event on until it is killed. */
  const live = async (output: string, patience?: number): Promise<PrepareEvent[]> => {
    const words = ['--import', 'tsx', 'test/support/prepare-until-killed.ts', inputs, tokenizer, output, '2'];
    const child = spawn(process.execPath, words, { cwd: projectDirectory, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    const closed = once(child, 'close');
    if (patience !== undefined) {
      await Promise.race([once(child.stdout, 'data'), closed]);
      await wait(patience);
      child.kill('SIGKILL');
    }
    await closed;
    return said
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as PrepareEvent);
  };

  const whole = join(folder, 'whole');
  const started = performance.now();
  const shards = (await live(whole)).length;
  const lifetime = performance.now() - started;
  let torn = join(folder, 'torn-0');
  let told = 0;
  for (let kill = 0; kill < kills; kill++) {
    const events = await live(torn, (random.uniform() * lifetime) / 8);
    const resumed = events.find((event) => event.type === 'run-resumed');
    // What was told of is there; one shard more may be, whose telling was cut off.
    const there = resumed?.shards ?? 0;
    if (events.length > 0) expect([told, told + 1]).toContain(there);
    told = Math.max(told, there) + events.filter(({ type }) => type === 'shard-written').length;
    if (told < shards) continue;
    await live(torn);
    expect(await directoryHashes(torn)).toEqual(await directoryHashes(whole));
    torn = join(folder, `torn-${kill + 1}`);
    told = 0;
  }
  await live(torn);
  expect(await directoryHashes(torn)).toEqual(await directoryHashes(whole));
});
