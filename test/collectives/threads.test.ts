import { describe, expect, it } from 'vitest';
import { launchRanks, SingleRank } from '../../src/collectives/index.js';
import { checkContract, contract, type Outcome } from './support/contract.js';

const worker = new URL('./support/contract-rank.ts', import.meta.url);
const execArgv = ['--import', new URL('../support/typescript-thread.mjs', import.meta.url).href];
const passed = Object.keys(contract).map((name) => ({ name, problem: undefined }));

describe('the contract of collectives', () => {
  it('holds for one rank alone', async () => {
    expect(await checkContract(new SingleRank())).toEqual(passed);
  });

  it.each([1, 2, 3, 4])('holds for %i threads', async (ranks) => {
    const launched = launchRanks<never, Outcome[]>({ ranks, worker, execArgv });
    const reports: Outcome[][] = [];
    for await (const { rank, message } of launched.messages) reports[rank] = message;
    expect(reports).toEqual(Array.from({ length: ranks }, () => passed));
  });
});
