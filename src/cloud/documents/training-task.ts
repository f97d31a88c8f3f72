import * as z from 'zod';
import { parseConfig } from '../../core/index.js';
import { checkTask } from '../skypilot/parse.js';
import type { SkyPilotStorage, SkyPilotTask } from '../skypilot/types.js';
import { bucketStore, type MachineConfig, machineShape, recoveryStrategy } from './machine-config.js';
import { defined, environmentOf, resourcesOf } from './machine-sections.js';
import { setupScript, trainingScript } from './training-scripts.js';

/** The bucket that outlives the machines. @public */
export interface CheckpointBucket {
  /** Address of a bucket there is, such as `s3://name`, or the name of one for SkyPilot to make. */
  readonly bucket: string;
  /** Which cloud makes it; only for a name. @defaultValue SkyPilot's choice */
  readonly store?:
    | 's3'
    | 'gcs'
    | 'azure'
    | 'r2'
    | 'ibm'
    | 'oci'
    | 'nebius'
    | 'coreweave'
    | 'vastdata'
    | 'hf'
    | undefined;
  /** Where it appears on the machines. @defaultValue `'/checkpoints'` */
  readonly path?: string | undefined;
  /**
   * `MOUNT` writes through: what was saved is in the bucket. `MOUNT_CACHED` saves to the disk and uploads behind, faster, and
   * a machine that goes takes what it has not uploaded with it.
   *
   * @defaultValue `'MOUNT'`
   */
  readonly mode?: 'MOUNT' | 'MOUNT_CACHED' | undefined;
}

/** What happens when machines are lost or the training fails. @public */
export interface RecoveryConfig {
  /** `EAGER_NEXT_REGION` leaves the region at once, `FAILOVER` tries it once more, `none` gives up. @defaultValue `'EAGER_NEXT_REGION'` */
  readonly strategy?: 'EAGER_NEXT_REGION' | 'FAILOVER' | 'none' | undefined;
  /**
   * Restarts after an error of the training itself. Not 0, because a rank whose peer was just preempted ends with an error
   * before the cloud says why.
   *
   * @defaultValue `3`
   */
  readonly maxRestartsOnErrors?: number | undefined;
  /** Exit codes that restart beyond that count. @defaultValue none */
  readonly recoverOnExitCodes?: readonly number[] | undefined;
}

/** A training on machines that may vanish. @public */
export interface SpotTrainingConfig extends MachineConfig {
  /** Where checkpoints are kept. */
  readonly checkpoints: CheckpointBucket;
  /** Machines; the loss of any one restarts the job. @defaultValue `1` */
  readonly nodes?: number | undefined;
  /** Ranks that mpirun starts on each machine. @defaultValue one an accelerator with several machines, else no mpirun */
  readonly ranksPerNode?: number | undefined;
  /** Fixed name of the run, to continue it in another job. @defaultValue the job's own, the same after every recovery */
  readonly runId?: string | undefined;
  /**
   * What happens when machines are lost or the training fails.
   *
   * @defaultValue the next region at once, three restarts
   */
  readonly recovery?: RecoveryConfig | undefined;
}

const checkpointSchema = z
  .strictObject({
    bucket: z
      .string()
      .min(1)
      .refine((bucket) => !/^\w+:\/\/[^/]+\/+[^/]/.test(bucket) || /^(?:cos|https):/.test(bucket), {
        error: 'must be a bucket, without a path in it: each run gets a directory of its own there',
      }),
    store: bucketStore.optional(),
    path: z.string().startsWith('/', 'must be an absolute path').default('/checkpoints'),
    mode: z.enum(['MOUNT', 'MOUNT_CACHED']).default('MOUNT'),
  })
  .refine(({ bucket, store }) => store === undefined || !bucket.includes('://'), {
    path: ['store'],
    error: 'is given by the bucket address already; remove it',
  });

const trainingSchema = z
  .strictObject({
    ...machineShape,
    checkpoints: checkpointSchema,
    nodes: z.int().positive().default(1),
    ranksPerNode: z.int().positive().optional(),
    runId: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]*$/, 'only letters, digits and . _ - after a letter or digit: it names a directory')
      .optional(),
    recovery: z
      .strictObject({
        strategy: recoveryStrategy.default('EAGER_NEXT_REGION'),
        maxRestartsOnErrors: z.int().nonnegative().default(3),
        recoverOnExitCodes: z.array(z.int().min(0).max(255)).default([]),
      })
      .prefault({}),
  })
  .refine(({ checkpoints, mounts }) => mounts[checkpoints.path] === undefined, {
    path: ['checkpoints', 'path'],
    error: 'is among the mounts already; give one of the two another path',
  });

/**
 * A training as a SkyPilot managed job: save it with `toSkyPilotYaml` and start it with `sky jobs launch FILE`.
 *
 * Your command finds `VICUNA_OUTPUT_DIRECTORY`, a directory in the bucket that is the same after every recovery, and has to
 * write its checkpoints there and resume from them.
 *
 * @throws ConfigError naming every field at fault.
 * @public
 */
export function spotTrainingTask(config: SpotTrainingConfig): SkyPilotTask {
  const settings = parseConfig(trainingSchema, config, 'spot training config');
  const { checkpoints, recovery } = settings;
  const mpi = settings.nodes > 1 || settings.ranksPerNode !== undefined;
  const strategy = recovery.strategy;
  const task = defined({
    name: settings.name,
    workdir: settings.workdir,
    num_nodes: settings.nodes > 1 ? settings.nodes : undefined,
    resources: resourcesOf(settings, {
      job_recovery:
        strategy === 'none'
          ? strategy
          : defined({
              strategy,
              max_restarts_on_errors: recovery.maxRestartsOnErrors,
              recover_on_exit_codes: recovery.recoverOnExitCodes.length > 0 ? recovery.recoverOnExitCodes : undefined,
            }),
    }),
    file_mounts: { ...settings.mounts, [checkpoints.path]: checkpointMount(checkpoints) },
    ...environmentOf(settings),
    setup: setupScript(settings.setup, mpi),
    run: trainingScript({
      command: settings.command,
      checkpointPath: checkpoints.path,
      runId: settings.runId,
      mpi,
      ranksPerNode: settings.ranksPerNode,
      variables: [...Object.keys(settings.environment), ...settings.secrets],
    }),
  });
  return checkTask(task, 'spot training task');
}

function checkpointMount({ bucket, store, mode }: z.output<typeof checkpointSchema>): SkyPilotStorage {
  return bucket.includes('://') ? { source: bucket, mode } : defined({ name: bucket, store, mode });
}
