import * as z from 'zod';
import { parseConfig, type Resolved } from '../../core/index.js';

/** A zone that lends spot machines. @public */
export interface SpotZone {
  /** Names the zone in results, for example `us-central1-a`. */
  readonly name: string;
  /** Preemptions of one machine in an hour, as a Poisson process. @defaultValue `0` */
  readonly preemptionsPerNodeHour?: number | undefined;
  /** Times an hour that the zone runs out of machines: it takes back those it lent, and lends none. @defaultValue `0` */
  readonly outagesPerHour?: number | undefined;
  /** Mean hours until it has machines again. @defaultValue `1` */
  readonly outageHours?: number | undefined;
  /** What a machine costs here, in dollars an hour. @defaultValue `1` */
  readonly dollarsPerNodeHour?: number | undefined;
}

/** A training on spot machines, to be played through. @public */
export interface SpotSimulationConfig {
  /** Seconds the training takes where nothing is lost and nothing is saved. */
  readonly workSeconds: number;
  /** In the order they are tried. */
  readonly zones: readonly SpotZone[];
  /** Machines that work together; the loss of any one stops all. @defaultValue `1` */
  readonly nodes?: number | undefined;
  /** Seconds that training stands still for a checkpoint. @defaultValue `60` */
  readonly checkpointSeconds?: number | undefined;
  /** Seconds of training between checkpoints. @defaultValue the best by Daly's formula for the first zone */
  readonly checkpointIntervalSeconds?: number | undefined;
  /** Seconds between a preemption's announcement and the loss; 0 where there is no warning. @defaultValue `0` */
  readonly warningSeconds?: number | undefined;
  /** Seconds to save on a warning; a longer warning saves everything, a shorter one nothing. @defaultValue `checkpointSeconds` */
  readonly emergencyCheckpointSeconds?: number | undefined;
  /** Seconds to get machines from a zone that has some. @defaultValue `180` */
  readonly provisionSeconds?: number | undefined;
  /** Seconds to learn that a zone has none. @defaultValue `60` */
  readonly refusalSeconds?: number | undefined;
  /** Seconds from having machines to the first step: setup, loading the checkpoint. @defaultValue `300` */
  readonly restartSeconds?: number | undefined;
  /** Where to look first after a loss: the next zone, or the same one once more. @defaultValue `'next-zone'` */
  readonly failover?: 'next-zone' | 'same-zone' | undefined;
  /** Times the training is played through. @defaultValue `1000` */
  readonly trials?: number | undefined;
  /** A trial that takes longer is given up and counted as unfinished. @defaultValue 100 times `workSeconds` */
  readonly maximumSeconds?: number | undefined;
  /** The same seed gives the same trials. @defaultValue `0` */
  readonly seed?: number | undefined;
}

/** A {@link SpotSimulationConfig} with its defaults; the interval is 0 where it is still to be chosen. */
export type SimulationSettings = Omit<Resolved<SpotSimulationConfig>, 'zones' | 'checkpointIntervalSeconds'> & {
  readonly zones: readonly Resolved<SpotZone>[];
  readonly checkpointIntervalSeconds: number | undefined;
};

const seconds = z.number().nonnegative();

const zoneSchema = z.strictObject({
  name: z.string().min(1),
  preemptionsPerNodeHour: z.number().min(0).max(3600).default(0),
  outagesPerHour: z.number().min(0).max(3600).default(0),
  outageHours: z.number().positive().default(1),
  dollarsPerNodeHour: z.number().nonnegative().default(1),
});

const simulationSchema = z.strictObject({
  workSeconds: z.number().positive(),
  zones: z
    .array(zoneSchema)
    .min(1)
    .refine((zones) => new Set(zones.map(({ name }) => name)).size === zones.length, 'names a zone twice'),
  nodes: z.int().positive().default(1),
  checkpointSeconds: seconds.default(60),
  checkpointIntervalSeconds: z.number().positive().optional(),
  warningSeconds: seconds.default(0),
  emergencyCheckpointSeconds: seconds,
  provisionSeconds: seconds.default(180),
  // Free refusals would try zones that are all out for ever, in no time.
  refusalSeconds: z.number().positive().default(60),
  restartSeconds: seconds.default(300),
  failover: z.enum(['next-zone', 'same-zone']).default('next-zone'),
  trials: z.int().positive().default(1000),
  maximumSeconds: z.number().positive(),
  seed: z.int().default(0),
});

/** @throws ConfigError naming every field at fault. */
export function resolveSimulation(config: SpotSimulationConfig): SimulationSettings {
  const emergencyCheckpointSeconds = config.emergencyCheckpointSeconds ?? config.checkpointSeconds ?? 60;
  const maximumSeconds = config.maximumSeconds ?? 100 * config.workSeconds;
  const value = { ...config, emergencyCheckpointSeconds, maximumSeconds };
  const settings = parseConfig(simulationSchema, value, 'spot simulation config');
  return { ...settings, checkpointIntervalSeconds: settings.checkpointIntervalSeconds };
}
