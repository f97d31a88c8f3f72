// Claim: ranks exchange arrays at a good part of the speed at which one thread copies as many bytes.
// Two ranks; the bandwidth is the bytes of the whole array over the time of the call, as rank 0 sees it.
import { execFile, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { launchRanks, workerFile } from '../src/collectives/index.js';
import { MEGABYTES, OPERATIONS, type Times } from './support/collectives-cases.js';
import { ratios, summarise } from './support/measure.js';

const ROUNDS = 4;
const run = promisify(execFile);
const program = join(dirname(fileURLToPath(import.meta.url)), 'support/collectives-rank.ts');

function copy(): Times {
  const times: Times = {};
  for (const megabytes of MEGABYTES) {
    const from = new Float32Array((megabytes * 1e6) / 4).fill(1);
    const into = new Float32Array(from.length).fill(2);
    times[String(megabytes)] = Array.from({ length: 9 }, () => {
      const started = performance.now();
      into.set(from);
      return (performance.now() - started) / 1000;
    }).slice(2);
  }
  return times;
}

async function threads(): Promise<Times> {
  const ranks = launchRanks<never, Times>({ ranks: 2, ...workerFile('support/collectives-rank', import.meta.url) });
  let times: Times = {};
  for await (const { message } of ranks.messages) times = message;
  return times;
}

async function mpi(): Promise<Times> {
  const options = ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none', '-n', '2'];
  const { stdout } = await run('mpirun', [...options, process.execPath, '--import', 'tsx', program]);
  return JSON.parse(stdout) as Times;
}

const contestants = { threads, ...(spawnSync('mpirun', ['--version']).status === 0 ? { mpi } : {}) };
if (!('mpi' in contestants)) console.log('mpi is left out: no mpirun here (apt install openmpi-bin)');
const median = (values: readonly number[] | undefined) => summarise(values ?? []).median;
/** GB/s by `contestant operation megabytes`, one of a round. */
const figures = new Map<string, number[]>();
const note = (key: string, megabytes: number, seconds: number) =>
  figures.set(key, [...(figures.get(key) ?? []), megabytes / 1000 / seconds]);
for (let round = 0; round < ROUNDS; round++) {
  const copied = copy();
  for (const megabytes of MEGABYTES) note(`memcpy ${megabytes}`, megabytes, median(copied[megabytes]));
  for (const [name, contestant] of Object.entries(contestants)) {
    const times = await contestant();
    for (const operation of OPERATIONS)
      for (const megabytes of MEGABYTES)
        note(`${name} ${operation} ${megabytes}`, megabytes, median(times[`${operation} ${megabytes}`]));
  }
}
const show = (values: readonly number[]) =>
  `best ${Math.max(...values).toFixed(2)}, median ${summarise(values).median.toFixed(2)} GB/s`;
for (const megabytes of MEGABYTES) {
  console.log(`${megabytes} MB, memcpy: ${show(figures.get(`memcpy ${megabytes}`)!)}`);
  for (const name of Object.keys(contestants))
    for (const operation of OPERATIONS) {
      const values = figures.get(`${name} ${operation} ${megabytes}`)!;
      const ratio = summarise(ratios(values, figures.get(`memcpy ${megabytes}`)!)).median;
      console.log(`${megabytes} MB, ${name} ${operation}: ${show(values)}, of memcpy ${ratio.toFixed(2)}`);
    }
}
