import { describe, expect, it } from 'vitest';
import { launchRanks, SingleRank, workerFile } from '../../src/collectives/index.js';
import { checkContract, contract, type Outcome } from './support/contract.js';

const worker = workerFile('support/contract-rank', import.meta.url);

const passed = Object.keys(contract).map((name) => ({ name, problem: undefined }));

describe('the contract of collectives', () => {
  it('holds for one rank alone', async () => {
    expect(await checkContract(new SingleRank())).toEqual(passed);
  });

  it.each([1, 2, 3, 4])('holds for %i threads', async (ranks) => {
    const launched = launchRanks<never, Outcome[]>({ ranks, ...worker });
    const reports: Outcome[][] = [];
    for await (const { rank, message } of launched.messages) reports[rank] = message;
    expect(reports).toEqual(Array.from({ length: ranks }, () => passed));
  });
});

describe('the memory of threads', () => {
  it('is given back by all ranks when its owner drops it', async () => {
    const bytes = 1.2e9;
    const before = process.memoryUsage().rss;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - before);
    }, 20);
    const ranks = launchRanks({ ranks: 2, ...workerFile('support/dropping-rank', import.meta.url), data: bytes });
    for await (const _ of ranks.messages);
    clearInterval(watch);
    expect(most).toBeLessThan(bytes / 2);
  });
});
