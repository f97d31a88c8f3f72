// An MPI job of processes that train: what mpirun starts gets the job, a TrainingJob as JSON, that is the last argument here.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const job = process.argv.at(-1);
const child = fileURLToPath(new URL('training-child.mjs', import.meta.url));
const options = ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none'];
const { status } = spawnSync(
  'mpirun',
  [...options, '-n', `${JSON.parse(job).processes}`, process.execPath, child, job],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
