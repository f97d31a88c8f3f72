// SkyPilot's documents, in SkyPilot's own words: field names are those of its YAML.

/** Null is filled in at launch, with `--env NAME` or `--secret NAME`. @public */
export type SkyPilotEnvironment = Readonly<Record<string, string | number | boolean | null>>;

/** What a managed job does after it lost a machine or failed. @public */
export interface SkyPilotJobRecovery {
  /** `EAGER_NEXT_REGION` leaves the region at once, `FAILOVER` tries it once more, `none` gives up. */
  readonly strategy?: string | null | undefined;
  /** Restarts granted to a command that ended with an error of its own. */
  readonly max_restarts_on_errors?: number | undefined;
  /** Exit codes that always restart, beyond that count. */
  readonly recover_on_exit_codes?: number | readonly number[] | undefined;
}

/** One kind of machine. @public */
export interface SkyPilotCandidate {
  /** `cloud`, `cloud/region`, `cloud/region/zone` or `k8s/context`; instead of `cloud`, `region` and `zone`. */
  readonly infra?: string | undefined;
  readonly cloud?: string | undefined;
  readonly region?: string | undefined;
  readonly zone?: string | undefined;
  /** Per machine: `A100-80GB:8`. */
  readonly accelerators?: string | Readonly<Record<string, number>> | undefined;
  /** Another word for `accelerators`. */
  readonly gpus?: string | Readonly<Record<string, number>> | undefined;
  readonly accelerator_args?: Readonly<Record<string, unknown>> | undefined;
  readonly instance_type?: string | undefined;
  readonly cpus?: string | number | undefined;
  readonly memory?: string | number | undefined;
  readonly use_spot?: boolean | undefined;
  readonly job_recovery?: string | SkyPilotJobRecovery | undefined;
  readonly disk_size?: string | number | undefined;
  readonly disk_tier?: string | undefined;
  readonly ephemeral_storage?: string | number | undefined;
  readonly local_disk?: string | undefined;
  readonly network_tier?: string | undefined;
  readonly max_hourly_cost?: number | undefined;
  readonly ports?: string | number | readonly (string | number)[] | null | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** A cloud's image, one a region, or `docker:NAME`. */
  readonly image_id?: string | Readonly<Record<string, string>> | null | undefined;
  readonly autostop?: boolean | string | number | Readonly<Record<string, unknown>> | undefined;
  readonly priority?: number | undefined;
  readonly priority_class?: string | undefined;
  readonly volumes?: readonly Readonly<Record<string, unknown>>[] | undefined;
}

/** `resources:` of a task. @public */
export interface SkyPilotResources extends Omit<SkyPilotCandidate, 'accelerators' | 'gpus'> {
  /** One kind, a list in order of preference, or a mapping of which any will do. */
  readonly accelerators?: string | readonly string[] | Readonly<Record<string, number | null>> | undefined;
  readonly gpus?: string | readonly string[] | Readonly<Record<string, number | null>> | undefined;
  /** Candidates of which SkyPilot takes the cheapest to be had. */
  readonly any_of?: readonly SkyPilotCandidate[] | undefined;
  /** Candidates in the order to try them. */
  readonly ordered?: readonly SkyPilotCandidate[] | undefined;
}

/** A bucket or volume among `file_mounts:`. @public */
export interface SkyPilotStorage {
  /** Of a bucket that SkyPilot makes or made; with a local `source`, where to upload it. */
  readonly name?: string | undefined;
  /** A bucket's address, or local files to upload. */
  readonly source?: string | readonly string[] | undefined;
  readonly store?: string | undefined;
  /** False deletes the bucket with the cluster. */
  readonly persistent?: boolean | undefined;
  /** `MOUNT` writes through, `MOUNT_CACHED` writes behind, `COPY` only reads. */
  readonly mode?: string | undefined;
  readonly mount_options?: string | undefined;
  readonly type?: string | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

/** How SkyServe finds out that a replica can answer. @public */
export interface SkyPilotReadinessProbe {
  readonly path: string;
  readonly initial_delay_seconds?: number | undefined;
  readonly timeout_seconds?: number | undefined;
  readonly endpoint_probe_interval_seconds?: number | undefined;
  readonly consecutive_failure_threshold_timeout?: number | undefined;
  /** Makes the probe a POST. */
  readonly post_data?: string | Readonly<Record<string, unknown>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How many replicas, of which kind. @public */
export interface SkyPilotReplicaPolicy {
  readonly min_replicas: number;
  readonly max_replicas?: number | undefined;
  /** Spot replicas beyond the wanted number, so that a preemption does not take the last. */
  readonly num_overprovision?: number | undefined;
  /** Requests a second one replica takes; a number, or one a kind of accelerator. */
  readonly target_qps_per_replica?: number | Readonly<Record<string, number>> | undefined;
  /** Replaces missing spot replicas by on-demand ones until spot is back. */
  readonly dynamic_ondemand_fallback?: boolean | undefined;
  /** Replicas that are always on demand. */
  readonly base_ondemand_fallback_replicas?: number | undefined;
  readonly spot_placer?: string | undefined;
  readonly upscale_delay_seconds?: number | undefined;
  readonly downscale_delay_seconds?: number | undefined;
}

/** `service:` of a SkyServe document. @public */
export interface SkyPilotService {
  readonly readiness_probe?: string | SkyPilotReadinessProbe | undefined;
  readonly replica_policy?: SkyPilotReplicaPolicy | undefined;
  readonly replicas?: number | undefined;
  readonly ports?: number | undefined;
  readonly load_balancing_policy?: string | undefined;
  readonly load_balancer?: { readonly stream_timeout_seconds?: number | undefined } | undefined;
  readonly tls?: { readonly keyfile: string; readonly certfile: string } | undefined;
}

/** A SkyPilot document: a task, a managed job or, with `service`, a SkyServe service. @public */
export interface SkyPilotTask {
  readonly name?: string | undefined;
  /** A local directory, synced to every machine, or a git repository. */
  readonly workdir?: string | { readonly url: string; readonly ref?: string | undefined } | undefined;
  readonly num_nodes?: number | undefined;
  readonly resources?: SkyPilotResources | undefined;
  /** Path on the machine to a local path, a bucket's address or a bucket. */
  readonly file_mounts?: Readonly<Record<string, string | SkyPilotStorage>> | undefined;
  readonly volumes?: Readonly<Record<string, string | Readonly<Record<string, unknown>>>> | undefined;
  readonly envs?: SkyPilotEnvironment | undefined;
  /** As `envs`, but hidden wherever SkyPilot shows the document; a list names secrets that SkyPilot keeps. */
  readonly secrets?: SkyPilotEnvironment | readonly string[] | undefined;
  readonly managed_secrets?:
    | readonly (string | Readonly<Record<string, { readonly mount_path?: string | undefined }>>)[]
    | undefined;
  /** Shell script that prepares a machine, once each time there is a new one. */
  readonly setup?: string | undefined;
  /** Shell script that every machine runs. */
  readonly run?: string | undefined;
  readonly service?: SkyPilotService | undefined;
  readonly pool?: Readonly<Record<string, number>> | undefined;
  /** Settings of SkyPilot itself that the task overrides. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  readonly inputs?: Readonly<Record<string, number>> | undefined;
  readonly outputs?: Readonly<Record<string, number>> | undefined;
  readonly event_callback?: string | undefined;
  readonly file_mounts_mapping?: Readonly<Record<string, unknown>> | undefined;
  readonly api_server_access?: boolean | undefined;
}
