/** A process's place in a job of many, as its launcher says in the environment. @public */
export interface LaunchedProcess {
  readonly launcher: 'mpirun (Open MPI)' | 'mpirun (MPICH)' | 'srun';
  readonly rank: number;
  readonly worldSize: number;
  /** Counts the job's processes on this machine from 0: one GPU each. */
  readonly localRank: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface Variables {
  readonly launcher: LaunchedProcess['launcher'];
  readonly rank: string;
  readonly worldSize: string;
  readonly localRank: string;
  /** Only with this one set are the others about this very process. */
  readonly given: string;
}

// Under srun the other launchers' variables come first where its MPI plug-in sets them; a batch script, which is no rank,
// has the SLURM ones except for the step.
const LAUNCHERS: readonly Variables[] = [
  {
    launcher: 'mpirun (Open MPI)',
    given: 'OMPI_COMM_WORLD_RANK',
    rank: 'OMPI_COMM_WORLD_RANK',
    worldSize: 'OMPI_COMM_WORLD_SIZE',
    localRank: 'OMPI_COMM_WORLD_LOCAL_RANK',
  },
  {
    launcher: 'srun',
    given: 'SLURM_STEP_ID',
    rank: 'SLURM_PROCID',
    worldSize: 'SLURM_STEP_NUM_TASKS',
    localRank: 'SLURM_LOCALID',
  },
  {
    launcher: 'mpirun (MPICH)',
    given: 'PMI_RANK',
    rank: 'PMI_RANK',
    worldSize: 'PMI_SIZE',
    localRank: 'MPI_LOCALRANKID',
  },
];

/**
 * Reads what mpirun or srun told this process; `undefined` when neither started it.
 *
 * @param environment - @defaultValue `process.env`
 * @public
 */
export function launchedProcess(environment: Environment = process.env): LaunchedProcess | undefined {
  for (const { launcher, given, ...names } of LAUNCHERS) {
    const read = (name: string) => Number.parseInt(environment[name] ?? '', 10);
    const [rank, worldSize, localRank] = [read(names.rank), read(names.worldSize), read(names.localRank)];
    if (environment[given] === undefined || Number.isNaN(rank) || Number.isNaN(worldSize)) continue;
    return { launcher, rank, worldSize, localRank: Number.isNaN(localRank) ? rank : localRank };
  }
  return undefined;
}
