import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readAnswers } from '../../../src/judge/answers/index.js';
import { writeQuestions } from '../../../src/judge/questions/index.js';
import { projectDirectory } from '../../support/shared-data.js';
import { temporaryDirectory } from '../../support/temporary.js';

type FromChild =
  | { readonly type: 'call'; readonly id: number; readonly content: string }
  | { readonly type: 'end'; readonly report: { readonly answers: number; readonly reused: number } };

const questions = Array.from({ length: 40 }, (_, index) => ({
  id: `q${index}`,
  category: 'writing',
  turns: index % 4 === 0 ? [`Question ${index}?`, 'And then?'] : [`Question ${index}?`],
}));
const concurrency = 3;
const callsOfAll = 2 * 50;

it('killed at random instants, a run ends with the same answers and pays no call twice', async () => {
  const directory = await temporaryDirectory();
  const questionFile = join(directory, 'questions.jsonl');
  await writeQuestions(questionFile, questions);
  const store = join(directory, 'answers.jsonl');

  /** How often each call was asked for, over all lives. */
  const asked = new Map<string, number>();

  /** One life of the process. @param lifetime - replies after which it is killed at a random instant. */
  const live = async (lifetime: number) => {
    const child = fork('test/support/answer-until-killed.ts', [questionFile, store], {
      cwd: projectDirectory,
      execArgv: ['--import', 'tsx'],
    });
    let replies = 0;
    let report: Extract<FromChild, { type: 'end' }>['report'] | undefined;
    child.on('message', (message: FromChild) => {
      if (message.type === 'end') report = message.report;
      if (message.type !== 'call') return;
      asked.set(message.content, (asked.get(message.content) ?? 0) + 1);
      void wait(Math.random() * 4).then(() => {
        if (!child.connected) return;
        // It may be dead and not known to be.
        child.send({ id: message.id, text: `Reply to ${message.content}` }, () => undefined);
        if (++replies === lifetime) void wait(Math.random() * 3).then(() => child.kill('SIGKILL'));
      });
    });
    await once(child, 'exit');
    return report;
  };

  let kills = 0;
  let report: Awaited<ReturnType<typeof live>>;
  while (report === undefined && kills < 40) {
    report = await live(1 + Math.floor(Math.random() * 12));
    if (report === undefined) kills++;
  }
  expect(kills).toBeGreaterThan(5);
  expect(report).toMatchObject({ answers: 80 });
  expect(report!.reused).toBeGreaterThan(0);
  expect(asked.size).toBe(callsOfAll);
  const calls = [...asked.values()].reduce((sum, count) => sum + count, 0);
  // A kill costs the calls that were under way, and no other.
  expect(calls).toBeLessThanOrEqual(callsOfAll + concurrency * kills);
  process.stderr.write(`${kills} kills, ${calls} calls for ${callsOfAll} replies\n`);

  const afterKills = await readAnswers(store);
  await rm(store);
  expect(await live(Number.POSITIVE_INFINITY)).toMatchObject({ answers: 80, reused: 0 });
  const unbroken = await readAnswers(store);
  const inOrder = (answers: typeof unbroken) => answers.map((answer) => JSON.stringify(answer)).sort();
  expect(inOrder(afterKills)).toEqual(inOrder(unbroken));
});
