import { VicunaError } from '../../core/index.js';
import type { Communicator } from '../communicator.js';
import { DEFAULT_DEADLINE } from '../deadline.js';
import { MpiCommunicator } from './communicator.js';
import { selectDevice } from './device.js';
import { Job } from './job.js';
import { launchedProcess } from './launcher.js';
import { loadMpi } from './library.js';

/** How to join a job of many processes. @public */
export interface MpiOptions {
  /**
   * Milliseconds that this process waits for the others in one collective call. Then it takes them for dead and ends the
   * job: MPI itself would wait for ever.
   *
   * @defaultValue 300,000
   */
  readonly deadline?: number | undefined;
  /**
   * The MPI library's file. Open MPI is the one to use. MPICH, and what shares its ABI, is experimental: it was seen to
   * crash when processes end.
   *
   * @defaultValue the one of the launcher, from where the system finds libraries
   */
  readonly library?: string | undefined;
}

/**
 * Joins the job that mpirun or srun started this process for, and leaves the process the GPU of its local rank
 * (`CUDA_VISIBLE_DEVICES`): call it before a tensor library is loaded.
 *
 * When a rank dies, throws, ends before it has disposed of its communicator or stops answering, every process of the
 * job is ended, with a message on the standard error output that names it. That mpirun returns 0 is no proof of success:
 * let the job write what shows that it was completed.
 *
 * @throws VicunaError `collectives-unavailable` when no launcher started the process, or when `koffi` or an MPI library
 *   is not installed.
 * @public
 */
export async function joinMpi({ deadline = DEFAULT_DEADLINE, library: file }: MpiOptions = {}): Promise<Communicator> {
  const launched = launchedProcess();
  if (launched === undefined)
    throw new VicunaError(
      'collectives-unavailable',
      'This process is not part of an MPI job. Start it with `mpirun -n 2 node ...` or srun.',
    );
  selectDevice(launched.localRank);
  const library = await loadMpi(launched.launcher, file);
  const job = new Job(library, launched);
  // Open MPI waits by asking again and again: at least let those go first who have something to compute.
  process.env.OMPI_MCA_mpi_yield_when_idle ??= '1';
  await library.initialise();
  job.begin();
  const joined = library.worldSize();
  if (joined !== launched.worldSize)
    throw new VicunaError(
      'collectives-unavailable',
      `${launched.launcher} started ${launched.worldSize} processes, but ${library.name} sees ${joined}: they belong to different MPI installations. Name the right library, or use its own mpirun.`,
    );
  return new MpiCommunicator(library, job, deadline);
}
