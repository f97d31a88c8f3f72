import { afterEach, describe, expect, it } from 'vitest';
import { launchRanks, RankError, type RankLaunchOptions, type Ranks, workerFile } from '../../src/collectives/index.js';
import type { Misbehaviour, Work } from './support/misbehaving-rank.js';

// Workers are in no list of resources, but in the report.
const threads = () => (process.report as unknown as { getReport(): { workers: unknown[] } }).getReport().workers;
const atStart = threads().length;

afterEach(() => {
  expect(threads(), 'threads that were left').toHaveLength(atStart);
});

function launch(misbehaviour: Misbehaviour, options: RankLaunchOptions = {}, steps = 10): Ranks<string, string> {
  const data: Work = { misbehaviour, steps };
  return launchRanks({ ranks: 3, ...workerFile('support/misbehaving-rank', import.meta.url), data }, options);
}

async function drain(ranks: Ranks<string, string>): Promise<string[]> {
  const heard: string[] = [];
  for await (const { rank, message } of ranks.messages) heard.push(`${rank}: ${message}`);
  return heard;
}

const failure = (ranks: Ranks<string, string>) =>
  drain(ranks).then(
    () => expect.fail('nothing failed'),
    (error: unknown) => {
      expect(error).toBeInstanceOf(RankError);
      return error as RankError;
    },
  );

describe('ranks that are threads', () => {
  it('end their messages when all are done', async () => {
    const heard = await drain(launch('none'));
    expect(heard.filter((message) => message.endsWith('done')).sort()).toEqual(['0: done', '1: done', '2: done']);
  });

  it('hear what is posted to one or to all', async () => {
    const ranks = launch('listen');
    ranks.post('everybody');
    ranks.post('you', 2);
    ranks.post('end');
    const heard = (await drain(ranks)).filter((message) => message.includes('got'));
    expect(heard.sort()).toEqual(['0: got everybody', '1: got everybody', '2: got everybody', '2: got you']);
  });

  it.each<[Misbehaviour, RegExp]>([
    ['throw', /Rank 1 failed: no more numbers/],
    ['reject unhandled', /Rank 1 failed: nobody looked/],
    ['exit 3', /Rank 1 ended with exit code 3 before its work was done/],
    ['exit 0', /Rank 1 ended with exit code 0 before its work was done/],
    ['return', /Rank 1 has left the job/],
  ])(
    'all end with one error when one rank does: %s',
    async (misbehaviour, message) => {
      const error = await failure(launch(misbehaviour));
      expect(error.message).toMatch(message);
      expect(error).toMatchObject({ code: 'rank-failed', rank: 1 });
    },
    12_000,
  );

  it('keep the cause', async () => {
    const error = await failure(launch('throw'));
    expect(error.cause).toBeInstanceOf(RangeError);
    expect((error.cause as Error).stack).toContain('misbehaving-rank');
  });

  it.each<Misbehaviour>(['loop', 'block', 'forget to wait'])(
    'give up one that does: %s',
    async (misbehaviour) => {
      const error = await failure(launch(misbehaviour, { deadline: 1000, gracePeriod: 500 }));
      expect(error.message).toMatch(/Rank 1 has not answered rank [02] for 1 s/);
      expect(error.rank).toBe(1);
    },
    12_000,
  );

  it.each<[Misbehaviour, RegExp]>([
    [
      'another length',
      /rank 0: allReduce of 1000 float32\n {2}rank 1: allReduce of 999 float32\n {2}rank 2: allReduce/,
    ],
    ['another operation', /rank 0: allReduce of 1000 float32\n {2}rank 1: broadcast of 1000 float32 from rank 0/],
    ['another shard', /rank 1: allGather of 1000 float32 with a shard of 335 where 336 belong/],
  ])('are told what each of them called when one asks for: %s', async (misbehaviour, message) => {
    const error = await failure(launch(misbehaviour));
    expect(error.message).toMatch(message);
    expect(error.cause).toMatchObject({ code: 'collective-mismatch' });
  });

  it('end with the reason of the signal, having been told', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const ranks = launch('none', { signal: controller.signal, gracePeriod: 1000 }, 1e9);
    setTimeout(() => controller.abort(reason), 700);
    await expect(drain(ranks)).rejects.toBe(reason);
  });

  it('hear that they are to stop, and have time for it', async () => {
    const controller = new AbortController();
    const heard: string[] = [];
    const listen = async () => {
      for await (const { message } of launch('forget to wait', { signal: controller.signal, gracePeriod: 1000 })
        .messages) {
        heard.push(message);
        if (message === 'about to forget to wait') controller.abort();
      }
    };
    await expect(listen()).rejects.toMatchObject({ name: 'AbortError' });
    expect(heard).toContain('told to stop');
  });

  it('do not start under a signal that has fired', async () => {
    const reason = new Error('too late');
    await expect(drain(launch('none', { signal: AbortSignal.abort(reason) }))).rejects.toBe(reason);
  });

  it('stop when the loop over their messages is left', async () => {
    const ranks = launch('forget to wait');
    for await (const { message } of ranks.messages) if (message === 'about to forget to wait') break;
  });

  it('stop when they are disposed of', async () => {
    await using ranks = launch('none', {}, 1e9);
    ranks.post('hello');
  });
});
