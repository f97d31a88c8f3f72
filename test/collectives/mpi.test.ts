import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/temporary.js';
import { contract, type Outcome } from './support/contract.js';
import { hasLauncher, type JobOptions, runJob } from './support/mpirun.js';

const openMpi = hasLauncher('mpirun.openmpi');
const mpich = hasLauncher('mpirun.mpich');
const passed = Object.keys(contract).map((name) => ({ name }));

async function expectContract(options: JobOptions): Promise<void> {
  const directory = await temporaryDirectory();
  const job = await runJob('contract-process.ts', { ...options, arguments: [directory] });
  expect(job).toMatchObject({ exitCode: 0, left: [] });
  const ranks = Array.from({ length: options.processes }, (_, rank) => `${rank}.json`);
  expect((await readdir(directory)).sort()).toEqual(ranks);
  for (const rank of ranks) {
    const outcomes = JSON.parse(await readFile(join(directory, rank), 'utf8')) as readonly Outcome[];
    expect(outcomes, rank).toEqual(passed);
  }
}

describe.runIf(openMpi)('the contract of collectives, over Open MPI', () => {
  it.each([1, 2, 4])('holds for %i processes', async (processes) => {
    await expectContract({ processes });
  });
});

describe.runIf(mpich)('the contract of collectives, over MPICH', () => {
  it('holds for 2 processes', async () => {
    await expectContract({ processes: 2, launcher: 'mpirun.mpich' });
  });
});
