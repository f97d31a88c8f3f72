// Claim: ranks bring the next block while they compute this one, and training hardly stands still for a checkpoint.
// First: seconds of a step with `prefetch` and without, two ranks of one thread, as threads and as processes of an MPI job.
// Second: what a checkpoint costs a training on two threads: how long it stands still, and how much longer than others the
// steps are that follow until all is on disk; against a save that training waits for. Each run is a process (or job) of its
// own; contestants take turns.
//   --size small --rounds 3 --steps 4 --only prefetch|save
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { linesOf } from './support/child-lines.js';
import { alternate, ratios, summarise } from './support/measure.js';
import type { SaveFigures, SaveJob } from './support/rank-saves.js';
import { type Carrier, trainSharded } from './support/sharded-training.js';
import { describeSize, sizeFrom, sizeOptions } from './support/sizes.js';

const { values } = parseArgs({
  options: {
    ...sizeOptions,
    rounds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '4' },
    only: { type: 'string' },
  },
});
const size = sizeFrom(values);
const rounds = Number(values.rounds);
const steps = Number(values.steps);

console.log(`${describeSize(size)}; 2 ranks of 1 thread, ${size.batch}x${size.seq} tokens a rank and step`);
if (values.only !== 'save') await comparePrefetch();
if (values.only !== 'prefetch') await compareSaves();

async function comparePrefetch(): Promise<void> {
  const hasMpi = spawnSync('mpirun', ['--version']).status === 0;
  const stepOf = (carrier: Carrier, prefetch: boolean) => async () => {
    const { stepSeconds } = await trainSharded({
      size,
      ranks: 2,
      carrier,
      recompute: true,
      steps,
      trainer: { prefetch },
    });
    return summarise(stepSeconds).median;
  };
  for (const carrier of hasMpi ? (['threads', 'mpi'] as const) : (['threads'] as const)) {
    const contestants = { ahead: stepOf(carrier, true), 'when needed': stepOf(carrier, false) };
    const seconds = await alternate(contestants, { rounds, warmUps: 0 });
    for (const [name, all] of Object.entries(seconds)) {
      const { minimum, median } = summarise(all);
      console.log(`${carrier}, blocks ${name}: a step takes min ${shown(minimum)}, median ${shown(median)} ms`);
    }
    const { minimum, median } = summarise(ratios(seconds['when needed'], seconds.ahead));
    console.log(
      `${carrier}: without prefetch a step takes ${median.toFixed(3)} times as long (min ${minimum.toFixed(3)})`,
    );
  }
}

async function compareSaves(): Promise<void> {
  const program = fileURLToPath(new URL('support/rank-saves.ts', import.meta.url));
  const figures: Record<'background' | 'blocking', SaveFigures[]> = { background: [], blocking: [] };
  const run = (name: keyof typeof figures) => async () => {
    const directory = await mkdtemp(join(tmpdir(), 'vicuna-overlap-'));
    const job: SaveJob = { size, ranks: 2, directory, isBlocking: name === 'blocking', steps };
    try {
      const [line] = await linesOf(process.execPath, ['--import', 'tsx', program, '--child', JSON.stringify(job)]);
      figures[name].push(line);
      return line.waited;
    } finally {
      await rm(directory, { recursive: true });
    }
  };
  await alternate({ background: run('background'), blocking: run('blocking') }, { rounds, warmUps: 0 });
  for (const [name, all] of Object.entries(figures)) {
    const of = (figure: (one: SaveFigures) => number) => summarise(all.map(figure));
    const waited = of(({ waited }) => waited);
    console.log(
      `${name} save of ${(all[0]!.bytes / 1e6).toFixed(0)} MB: training stands still for min ${shown(waited.minimum)}, median ` +
        `${shown(waited.median)}, longest ${shown(Math.max(...all.map((one) => one.waited)))} ms; a step takes median ` +
        `${shown(of(({ undisturbed }) => summarise(undisturbed).median).median)} ms, the steps until the commit together ` +
        `median ${shown(of(delay).median)} ms longer`,
    );
  }
  const total = (one: SaveFigures) => one.waited + Math.max(0, delay(one));
  const standing = ratios(
    figures.blocking.map(({ waited }) => waited),
    figures.background.map(({ waited }) => waited),
  );
  const together = ratios(figures.blocking.map(total), figures.background.map(total));
  console.log(`a blocking save makes training stand still ${summarise(standing).median.toFixed(1)} times as long,`);
  console.log(
    `and costs ${summarise(together).median.toFixed(1)} times as much with the slower steps counted (medians)`,
  );
}

/** What the steps until the commit took beyond as many others. */
function delay({ undisturbed, untilCommit }: SaveFigures): number {
  return untilCommit.reduce((total, seconds) => total + seconds - summarise(undisturbed).median, 0);
}

function shown(seconds: number): string {
  return (seconds * 1000).toFixed(0);
}
