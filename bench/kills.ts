// One hundred kills of trainings at random instants: of the process, of one rank of an MPI job, and while a checkpoint is
// being written. Each is resumed, killed again, and finished; weights and losses must be those of a training that nobody
// killed, bit for bit. Run: npx tsx bench/kills.ts [alone|two|four|mpi]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KillKind, trainThroughKills, unbroken, worlds } from '../test/train/support/kill-chain.js';
import { buildProgram } from '../test/train/support/programs.js';

/** Kills of each kind. */
const plan: Readonly<Record<keyof typeof worlds, Partial<Record<KillKind, number>>>> = {
  alone: { 'process, any instant': 15, 'process, while it saves': 15 },
  two: { 'process, any instant': 15, 'process, while it saves': 15 },
  four: { 'process, any instant': 10, 'process, while it saves': 10 },
  mpi: {
    'launcher alone': 2,
    'process, any instant': 3,
    'process, while it saves': 3,
    'one rank': 6,
    'one rank, while it saves': 6,
  },
};
/** Kills of one training. */
const CHAIN = 5;

const wanted = process.argv[2] === undefined ? Object.keys(plan) : [process.argv[2]];
const folder = await mkdtemp(join(tmpdir(), 'vicuna-kills-'));
try {
  const program = await buildProgram(folder);
  let all = 0;
  for (const name of wanted as (keyof typeof worlds)[]) all += await killAll(name);
  console.log(`${all} kills, nothing lost.`);

  async function killAll(name: keyof typeof worlds): Promise<number> {
    const world = worlds[name];
    const expected = await unbroken(program, world);
    const kinds = shuffled(
      Object.entries(plan[name]).flatMap(([kind, count]) => Array.from({ length: count }, () => kind as KillKind)),
    );
    const total = { kills: 0, trainings: 0, unfinished: 0, stepsAgain: 0, slowestEnd: 0 };
    while (total.kills < kinds.length) {
      const next = kinds.slice(total.kills, total.kills + CHAIN);
      const chain = await trainThroughKills(program, `${name} ${total.trainings}`, world, next);
      if (chain.weights !== expected.weights) throw new Error(`${world.name}: other weights than without kills.`);
      for (const [step, figures] of chain.steps)
        if (figures !== expected.steps.get(step)) throw new Error(`${world.name}: step ${step} came to ${figures}.`);
      total.kills += chain.kills;
      total.trainings += 1;
      total.unfinished += chain.unfinished;
      total.stepsAgain += chain.stepsAgain;
      total.slowestEnd = Math.max(total.slowestEnd, chain.slowestEnd);
    }
    console.log(
      `${world.name}: ${total.kills} kills in ${total.trainings} trainings, ${total.unfinished} checkpoints left half written, ` +
        `steps taken again after ${total.stepsAgain} resumes, slowest end ${total.slowestEnd.toFixed(2)} s; ` +
        'weights and losses bit-identical in all of them.',
    );
    return total.kills;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item);
}
