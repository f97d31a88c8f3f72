import { describe, expect, it } from 'vitest';
import { contract, type Outcome } from './support/contract.js';
import { hasLauncher, type JobOptions, runJob } from './support/mpirun.js';

const openMpi = hasLauncher('mpirun.openmpi');
const mpich = hasLauncher('mpirun.mpich');
const passed = Object.keys(contract).map((name) => ({ name }));

interface Report {
  readonly rank: number;
  readonly outcomes: readonly Outcome[];
}

async function expectContract(options: JobOptions): Promise<void> {
  const job = await runJob('contract-process.ts', options);
  expect(job).toMatchObject({ exitCode: 0, left: [] });
  const reports = job.output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Report);
  const inOrder = reports.sort((first, second) => first.rank - second.rank);
  expect(inOrder).toEqual(Array.from({ length: options.processes }, (_, rank) => ({ rank, outcomes: passed })));
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
