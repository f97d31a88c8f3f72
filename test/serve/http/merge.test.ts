import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startRun } from '../../../src/core/index.js';
import { mergeRuns } from '../../../src/serve/http/responses/merge.js';

it('tells of a failure when the reader asks for more, and not as an unhandled rejection', async () => {
  const failing = startRun<string, string>(async function* () {
    yield 'half';
    throw new Error('gone');
  });
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  const events = mergeRuns([failing]);
  expect((await events.next()).value).toEqual({ type: 'item', index: 0, item: 'half' });
  // The reader is busy while the run fails.
  await turn();
  await turn();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
  await expect(events.next()).rejects.toThrow('gone');
});
