import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Random } from '../../src/core/index.js';
import { type EndpointScript, OpenAIEndpoint } from '../support/openai-endpoint.js';
import { projectDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';

const program = join(projectDirectory, 'test/judge/support/judge-pairs.ts');
const concurrency = 4;
const [rounds, killsEach] = [5, 10];

/** Every third reply cannot be read, so that second attempts are killed too; each carries the key of its request. */
const script: EndpointScript = async ({ key }) => {
  await wait(Number.parseInt(key.slice(0, 2), 16) % 5);
  return Number.parseInt(key.slice(2, 4), 16) % 3 === 0 ? `Unreadable.\n${key}` : `8 9\n${key}`;
};

it('killed at 50 random instants: the store equals the unbroken one, and nothing that it held is asked again', async () => {
  const directory = await temporaryDirectory();
  const random = Random.fromSeed(20230330);
  const unbroken = join(directory, 'unbroken.jsonl');
  await using reference = await OpenAIEndpoint.start(script);
  await judgeUntil(reference, unbroken);
  const expected = await wholeLines(unbroken);
  const distinct = reference.requests.length;
  expect(expected).toHaveLength(distinct + 30);
  let kills = 0;
  let lostInAll = 0;
  for (let round = 0; round < rounds; round++) {
    const store = join(directory, `round-${round}.jsonl`);
    await using endpoint = await OpenAIEndpoint.start(script);
    const lost = new Map<string, number>();
    for (let kill = 0; kill < killsEach; kill++) {
      const before = endpoint.requests.length;
      const killed = await judgeUntil(endpoint, store, {
        requests: random.integer(9),
        milliseconds: random.integer(8),
      });
      if (killed) kills++;
      const held = await repliesIn(store);
      // Asked for by this process and not in the store when it died: under way, and the only thing to be paid again.
      const underWay = endpoint.requests.slice(before).filter(({ key }) => !held.has(key));
      expect(underWay.length).toBeLessThanOrEqual(concurrency);
      for (const { key } of underWay) lost.set(key, (lost.get(key) ?? 0) + 1);
      lostInAll += underWay.length;
    }
    await judgeUntil(endpoint, store);
    expect((await wholeLines(store)).sort()).toEqual([...expected].sort());
    expect((await readFile(store, 'utf8')).trimEnd().split('\n')).toHaveLength(expected.length);
    // Exactly once, and once more for each time that it was under way at a kill.
    const asked = new Map<string, number>();
    for (const { key } of endpoint.requests) asked.set(key, (asked.get(key) ?? 0) + 1);
    expect(asked.size).toBe(distinct);
    for (const [key, times] of asked) expect(times).toBe(1 + (lost.get(key) ?? 0));
  }
  process.stderr.write(`${kills} kills, ${lostInAll} calls under way in all, ${distinct} calls of a whole run\n`);
  expect(kills).toBeGreaterThanOrEqual(45);
}, 600_000);

/** @returns whether it was killed before it was done. */
async function judgeUntil(
  endpoint: OpenAIEndpoint,
  store: string,
  end?: { readonly requests: number; readonly milliseconds: number },
): Promise<boolean> {
  const child = spawn(process.execPath, ['--import', 'tsx', program, endpoint.baseURL, store], {
    cwd: projectDirectory,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const exited = once(child, 'exit');
  if (end !== undefined) {
    const enough = endpoint.requests.length + end.requests;
    while (endpoint.requests.length <= enough && child.exitCode === null) await wait(1);
    await wait(end.milliseconds);
    child.kill('SIGKILL');
  }
  const [code, signal] = await exited;
  // Requests that had left the process still arrive.
  await wait(50);
  while (endpoint.open > 0) await wait(1);
  if (signal !== 'SIGKILL') expect(code).toBe(0);
  return signal === 'SIGKILL';
}

/** Lines as they will be read: one that a kill cut short is none. */
async function wholeLines(store: string): Promise<string[]> {
  const text = await readFile(store, 'utf8').catch(() => '');
  return text.split('\n').slice(0, -1);
}

/** Keys of the requests whose reply is in the store. */
async function repliesIn(store: string): Promise<Set<string>> {
  const entries = (await wholeLines(store)).map((line) => JSON.parse(line) as { type: string; text: string });
  return new Set(entries.filter(({ type }) => type === 'call').map(({ text }) => text.split('\n')[1]!));
}
