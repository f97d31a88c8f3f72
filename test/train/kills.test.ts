import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../checkpoint/files.js';
import { hasLauncher } from '../collectives/support/mpirun.js';
import { type KillKind, trainThroughKills, unbroken, type World, worlds } from './support/kill-chain.js';
import { buildProgram, type Program } from './support/programs.js';

const anyInstant = 'process, any instant';
const whileSaving = 'process, while it saves';
// `bench/kills.ts` does the same a hundred times.
const chains: readonly (readonly [world: World, kinds: readonly KillKind[]])[] = [
  [worlds.alone, [anyInstant, whileSaving, anyInstant, whileSaving]],
  [worlds.two, [whileSaving, anyInstant, whileSaving]],
  [worlds.four, [anyInstant, whileSaving]],
];

let program: Program;
const folder = temporaryFolder();
beforeAll(async () => {
  program = await buildProgram(folder);
});

async function expectNothingLost(world: World, kinds: readonly KillKind[]): Promise<void> {
  const expected = await unbroken(program, world);
  const killed = await trainThroughKills(program, `killed ${world.name}`, world, kinds);
  expect(killed.kills).toBe(kinds.length);
  expect(killed.weights).toBe(expected.weights);
  // The step-end of a step that was finished and saved may have been lost with the process that took it.
  for (const [step, figures] of killed.steps) expect(figures).toBe(expected.steps.get(step));
  expect(killed.slowestEnd).toBeLessThan(10);
}

describe('a training that is killed and started again, until it is done, ends with the weights of one that was not', () => {
  it.each(chains)('$name', expectNothingLost);

  it.runIf(hasLauncher('mpirun.openmpi'))('2 MPI processes, one of them killed', async () => {
    await expectNothingLost(worlds.mpi, ['one rank', 'one rank, while it saves']);
  });
});
