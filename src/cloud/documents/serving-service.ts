import * as z from 'zod';
import { parseConfig } from '../../core/index.js';
import { loadBalancingPolicies } from '../skypilot/names.js';
import { checkTask } from '../skypilot/parse.js';
import type { SkyPilotReplicaPolicy, SkyPilotTask } from '../skypilot/types.js';
import { type MachineConfig, machineShape } from './machine-config.js';
import { defined, environmentOf, resourcesOf } from './machine-sections.js';
import { quoteCommand } from './shell.js';
import { setupScript } from './training-scripts.js';

/** How SkyServe finds out that a replica can answer. @public */
export interface ReadinessConfig {
  /** Path that answers 200 when the replica can serve. @defaultValue `'/readyz'` */
  readonly path?: string | undefined;
  /** Seconds a new replica has until its failures count: setup, download and loading of the model. @defaultValue `1200` */
  readonly initialDelaySeconds?: number | undefined;
  /** Seconds a probe may take. @defaultValue `15` */
  readonly timeoutSeconds?: number | undefined;
  /** Body that makes the probe a POST. @defaultValue none */
  readonly body?: Readonly<Record<string, unknown>> | undefined;
  /** Sent with each probe, for example an `Authorization`. @defaultValue none */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How many replicas there are. @public */
export interface ReplicaConfig {
  /** Fewest replicas, also when nobody asks. @defaultValue `1` */
  readonly minimum?: number | undefined;
  /** Most replicas, however much is asked. @defaultValue `minimum` */
  readonly maximum?: number | undefined;
  /** Requests a second that one replica takes; SkyServe starts and stops replicas by it. Needed where `maximum` is larger. */
  readonly requestsPerSecond?: number | undefined;
  /** Seconds of overload before a replica is added. @defaultValue `300` */
  readonly upscaleDelaySeconds?: number | undefined;
  /** Seconds of leisure before one is taken away. @defaultValue `1200` */
  readonly downscaleDelaySeconds?: number | undefined;
  /** Spot replicas beyond the wanted number. @defaultValue `0` */
  readonly spare?: number | undefined;
  /** Replicas that are always on demand, however many are spot. @defaultValue `0` */
  readonly onDemand?: number | undefined;
  /** Whether on-demand replicas stand in while spot machines are missing. @defaultValue `true` with `spot` */
  readonly fallBackToOnDemand?: boolean | undefined;
}

/** A model server behind SkyServe's load balancer. @public */
export interface ServingServiceConfig extends MachineConfig {
  /** Port on which the command serves. */
  readonly port: number;
  /** How a replica shows that it can answer. @defaultValue a GET of `/readyz` */
  readonly readiness?: ReadinessConfig | undefined;
  /** How many replicas there are, and when that changes. @defaultValue one */
  readonly replicas?: ReplicaConfig | undefined;
  /** Which replica takes a request: the next in turn, or the one with the fewest. @defaultValue `'least_load'` */
  readonly loadBalancing?: 'round_robin' | 'least_load' | undefined;
  /** Files on the machine you launch from, to serve over https. @defaultValue none */
  readonly tls?: { readonly keyFile: string; readonly certificateFile: string } | undefined;
}

const count = z.int().nonnegative();
const seconds = z.number().nonnegative();

const servingSchema = z
  .strictObject({
    ...machineShape,
    port: z.int().min(1).max(65_535),
    readiness: z
      .strictObject({
        path: z.string().startsWith('/', 'must begin with a slash').default('/readyz'),
        initialDelaySeconds: seconds.default(1200),
        timeoutSeconds: seconds.default(15),
        body: z.record(z.string(), z.unknown()).optional(),
        headers: z.record(z.string(), z.string()).optional(),
      })
      .prefault({}),
    replicas: z
      .strictObject({
        minimum: count.default(1),
        maximum: count.optional(),
        requestsPerSecond: z.number().positive().optional(),
        upscaleDelaySeconds: seconds.default(300),
        downscaleDelaySeconds: seconds.default(1200),
        spare: count.default(0),
        onDemand: count.default(0),
        fallBackToOnDemand: z.boolean().optional(),
      })
      .refine(({ minimum, maximum = minimum }) => maximum >= minimum, {
        path: ['maximum'],
        error: 'must not be below minimum',
      })
      .refine(
        ({ minimum, maximum = minimum, requestsPerSecond }) => maximum === minimum || requestsPerSecond !== undefined,
        {
          path: ['requestsPerSecond'],
          error: 'is needed to scale between minimum and maximum',
        },
      )
      .prefault({}),
    loadBalancing: z.enum(loadBalancingPolicies).exclude(['instance_aware_least_load']).default('least_load'),
    tls: z.strictObject({ keyFile: z.string().min(1), certificateFile: z.string().min(1) }).optional(),
  })
  .refine(({ spot, replicas }) => spot || (replicas.onDemand === 0 && replicas.fallBackToOnDemand !== true), {
    path: ['replicas'],
    error: 'onDemand and fallBackToOnDemand are for spot machines; set spot, or remove them',
  });

type ServingSettings = z.output<typeof servingSchema>;

/**
 * A model server as a SkyServe service: save it with `toSkyPilotYaml` and start it with `sky serve up FILE`. Which program
 * serves is `command`; it has to listen on `port`.
 *
 * @throws ConfigError naming every field at fault.
 * @public
 */
export function servingService(config: ServingServiceConfig): SkyPilotTask {
  const settings = parseConfig(servingSchema, config, 'serving service config');
  const { readiness, tls } = settings;
  const task = defined({
    name: settings.name,
    workdir: settings.workdir,
    service: defined({
      readiness_probe: defined({
        path: readiness.path,
        initial_delay_seconds: readiness.initialDelaySeconds,
        timeout_seconds: readiness.timeoutSeconds,
        post_data: readiness.body,
        headers: readiness.headers,
      }),
      replica_policy: replicaPolicy(settings),
      load_balancing_policy: settings.loadBalancing,
      tls: tls === undefined ? undefined : { keyfile: tls.keyFile, certfile: tls.certificateFile },
    }),
    resources: resourcesOf(settings, { ports: settings.port }),
    file_mounts: Object.keys(settings.mounts).length > 0 ? settings.mounts : undefined,
    ...environmentOf(settings),
    setup: setupScript(settings.setup, false),
    run: `set -euo pipefail\nexec ${quoteCommand(settings.command)}\n`,
  });
  return checkTask(task, 'serving service');
}

function replicaPolicy({ spot, replicas }: ServingSettings): SkyPilotReplicaPolicy {
  const { minimum, maximum = minimum, requestsPerSecond } = replicas;
  const scales = requestsPerSecond !== undefined;
  return defined({
    min_replicas: minimum,
    max_replicas: scales ? maximum : undefined,
    target_qps_per_replica: requestsPerSecond,
    upscale_delay_seconds: scales ? replicas.upscaleDelaySeconds : undefined,
    downscale_delay_seconds: scales ? replicas.downscaleDelaySeconds : undefined,
    num_overprovision: replicas.spare > 0 ? replicas.spare : undefined,
    dynamic_ondemand_fallback: spot ? (replicas.fallBackToOnDemand ?? true) : undefined,
    base_ondemand_fallback_replicas: replicas.onDemand > 0 ? replicas.onDemand : undefined,
  });
}
