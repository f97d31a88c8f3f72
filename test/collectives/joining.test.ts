import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { joinMpi, launchedProcess, selectDevice, shardRange, workerFile } from '../../src/collectives/index.js';
import { temporaryDirectory } from '../support/temporary.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.doUnmock('koffi');
});

describe('a process that a launcher started', () => {
  it.each([
    [
      { OMPI_COMM_WORLD_RANK: '5', OMPI_COMM_WORLD_SIZE: '8', OMPI_COMM_WORLD_LOCAL_RANK: '1' },
      { launcher: 'mpirun (Open MPI)', rank: 5, worldSize: 8, localRank: 1 },
    ],
    [
      { PMI_RANK: '2', PMI_SIZE: '4', MPI_LOCALRANKID: '0' },
      { launcher: 'mpirun (MPICH)', rank: 2, worldSize: 4, localRank: 0 },
    ],
    [
      {
        SLURM_STEP_ID: '0',
        SLURM_PROCID: '3',
        SLURM_STEP_NUM_TASKS: '4',
        SLURM_LOCALID: '1',
        PMI_RANK: '3',
        PMI_SIZE: '4',
      },
      { launcher: 'srun', rank: 3, worldSize: 4, localRank: 1 },
    ],
  ])('knows its place from the environment %o', (environment, expected) => {
    expect(launchedProcess(environment)).toEqual(expected);
  });

  it('is no rank in the batch script that calls srun, nor without a launcher', () => {
    expect(launchedProcess({ SLURM_PROCID: '0', SLURM_NTASKS: '4', SLURM_LOCALID: '0' })).toBeUndefined();
    expect(launchedProcess({})).toBeUndefined();
  });
});

describe('the GPU of a process', () => {
  it.each([
    [undefined, 2, '2'],
    ['4,6', 1, '6'],
    ['3', 1, '3'],
    ['GPU-aa, GPU-bb', 1, 'GPU-bb'],
    ['', 1, ''],
  ])('of CUDA_VISIBLE_DEVICES=%s for local rank %i is %s', (listed, localRank, expected) => {
    const environment: NodeJS.ProcessEnv = listed === undefined ? {} : { CUDA_VISIBLE_DEVICES: listed };
    selectDevice(localRank, environment);
    expect(environment.CUDA_VISIBLE_DEVICES).toBe(expected);
  });

  it('is missed by name when there are more processes than devices', () => {
    expect(() => selectDevice(2, { CUDA_VISIBLE_DEVICES: '0,1' })).toThrow(/0,1 has no device for local rank 2/);
  });
});

describe('a job that cannot be joined', () => {
  const launched = () => {
    vi.stubEnv('OMPI_COMM_WORLD_RANK', '0');
    vi.stubEnv('OMPI_COMM_WORLD_SIZE', '1');
    vi.stubEnv('CUDA_VISIBLE_DEVICES', '0');
  };

  it('says how to start one', async () => {
    vi.stubEnv('OMPI_COMM_WORLD_RANK', undefined);
    await expect(joinMpi()).rejects.toMatchObject({
      code: 'collectives-unavailable',
      message: expect.stringContaining('mpirun -n 2 node'),
    });
  });

  it('names the package when koffi is missing', async () => {
    launched();
    vi.doMock('koffi', () => {
      throw new Error('Cannot find package');
    });
    await expect(joinMpi()).rejects.toMatchObject({
      code: 'collectives-unavailable',
      message: expect.stringContaining('`npm i koffi`'),
    });
  });

  it('names the package when the MPI library is missing', async () => {
    launched();
    await expect(joinMpi({ library: 'libmissing.so.1' })).rejects.toMatchObject({
      code: 'collectives-unavailable',
      message: expect.stringMatching(/tried libmissing\.so\.1.*`apt install openmpi-bin`/),
    });
  });
});

describe("the file of a rank's thread", () => {
  it('is an entry of the build, wherever the bundler put the caller', async () => {
    const directory = await temporaryDirectory();
    const chunk = join(directory, 'dist', 'deep', 'chunk.js');
    await mkdir(join(directory, 'dist', 'deep'), { recursive: true });
    await writeFile(join(directory, 'package.json'), '{}');
    expect(workerFile('rank-worker', pathToFileURL(chunk).href)).toEqual({
      worker: pathToFileURL(join(directory, 'dist', 'rank-worker.js')),
    });
  });
});

describe('shards', () => {
  it('cover a vector in order, with no part much larger than another', () => {
    for (const length of [0, 1, 17, 64, 1000])
      for (const worldSize of [1, 2, 3, 4, 7]) {
        const shards = Array.from({ length: worldSize }, (_, rank) => shardRange(length, rank, worldSize));
        expect(shards[0]!.start).toBe(0);
        expect(shards.at(-1)!.end).toBe(length);
        for (const [rank, { start, end }] of shards.entries()) {
          expect(end - start).toBeLessThanOrEqual(Math.ceil(length / worldSize / 16) * 16);
          if (rank > 0) expect(start).toBe(shards[rank - 1]!.end);
        }
      }
  });
});
