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
  /** `aws`, `gcp`, `kubernetes`, ...; `infra` says it together with region and zone. */
  readonly cloud?: string | undefined;
  /** The cloud's region, for example `us-central1`. */
  readonly region?: string | undefined;
  /** A zone of the region, for example `us-central1-a`. */
  readonly zone?: string | undefined;
  /** Per machine: `A100-80GB:8`. */
  readonly accelerators?: string | Readonly<Record<string, number>> | undefined;
  /** Another word for `accelerators`. */
  readonly gpus?: string | Readonly<Record<string, number>> | undefined;
  /** Settings of the accelerators, such as the `runtime_version` of a TPU. */
  readonly accelerator_args?: Readonly<Record<string, unknown>> | undefined;
  /** The cloud's name of a kind of machine, for example `p4d.24xlarge`. */
  readonly instance_type?: string | undefined;
  /** Virtual CPUs: `8`, or `8+` for at least that many. */
  readonly cpus?: string | number | undefined;
  /** Memory in GiB: `32`, or `32+` for at least that much. */
  readonly memory?: string | number | undefined;
  /** Whether to take machines that the cloud may take back. */
  readonly use_spot?: boolean | undefined;
  /** What a managed job does when its machines are lost: the name of a strategy, or one with its limits. */
  readonly job_recovery?: string | SkyPilotJobRecovery | undefined;
  /** Size of the system disk, in GB where it is a number. */
  readonly disk_size?: string | number | undefined;
  /** How fast the disk is: `low`, `medium`, `high`, `ultra`, `best` or `none`. */
  readonly disk_tier?: string | undefined;
  /** Local storage that a Kubernetes pod asks for. */
  readonly ephemeral_storage?: string | number | undefined;
  /** Local disks that the machine needs to have. */
  readonly local_disk?: string | undefined;
  /** `standard`, or `best` for the fastest network between nodes. */
  readonly network_tier?: string | undefined;
  /** Dollars an hour above which no machine is taken. */
  readonly max_hourly_cost?: number | undefined;
  /** Ports opened to the world: one, a range (`10052-10100`), or several. */
  readonly ports?: string | number | readonly (string | number)[] | null | undefined;
  /** Labels or tags that the cloud puts on the machines. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** A cloud's image, one a region, or `docker:NAME`. */
  readonly image_id?: string | Readonly<Record<string, string>> | null | undefined;
  /** When idle machines stop: whether at all, after how many minutes, or the settings of both. */
  readonly autostop?: boolean | string | number | Readonly<Record<string, unknown>> | undefined;
  /** Which of several managed jobs goes first: from -1000 to 1000, the larger one. */
  readonly priority?: number | undefined;
  /** Name of a Kubernetes priority class. */
  readonly priority_class?: string | undefined;
  /** Network volumes to attach, as this candidate's cloud has them. */
  readonly volumes?: readonly Readonly<Record<string, unknown>>[] | undefined;
}

/** `resources:` of a task. @public */
export interface SkyPilotResources extends Omit<SkyPilotCandidate, 'accelerators' | 'gpus'> {
  /** One kind, a list in order of preference, or a mapping of which any will do. */
  readonly accelerators?: string | readonly string[] | Readonly<Record<string, number | null>> | undefined;
  /** The same as `accelerators`, under its other name. */
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
  /** Where the bucket is: `s3`, `gcs`, `azure`, `r2`, ... */
  readonly store?: string | undefined;
  /** False deletes the bucket with the cluster. */
  readonly persistent?: boolean | undefined;
  /** `MOUNT` writes through, `MOUNT_CACHED` writes behind, `COPY` only reads. */
  readonly mode?: string | undefined;
  /** Options for the program that mounts the bucket. */
  readonly mount_options?: string | undefined;
  /** What the files are for, so that the mount suits it: `MODEL_CHECKPOINT_RO`, `MODEL_CHECKPOINT_RW`, `DATASET_RO`, `DATASET_RW`. */
  readonly type?: string | undefined;
  /** Settings of the volume or of the way a bucket is mounted. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

/** How SkyServe finds out that a replica can answer. @public */
export interface SkyPilotReadinessProbe {
  /** Path that answers 200 once the replica can serve. */
  readonly path: string;
  /** Seconds a new replica has before failures count. */
  readonly initial_delay_seconds?: number | undefined;
  /** Seconds a probe may take. */
  readonly timeout_seconds?: number | undefined;
  /** Seconds between two probes. */
  readonly endpoint_probe_interval_seconds?: number | undefined;
  /** Seconds of failures in a row after which a replica is replaced. */
  readonly consecutive_failure_threshold_timeout?: number | undefined;
  /** Makes the probe a POST. */
  readonly post_data?: string | Readonly<Record<string, unknown>> | undefined;
  /** Sent with each probe, for example an `Authorization`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** How many replicas, of which kind. @public */
export interface SkyPilotReplicaPolicy {
  /** Fewest replicas, also when nobody asks; 0 lets the service sleep. */
  readonly min_replicas: number;
  /** Most replicas. Needed where their number follows the load. */
  readonly max_replicas?: number | undefined;
  /** Spot replicas beyond the wanted number, so that a preemption does not take the last. */
  readonly num_overprovision?: number | undefined;
  /** Requests a second one replica takes; a number, or one a kind of accelerator. */
  readonly target_qps_per_replica?: number | Readonly<Record<string, number>> | undefined;
  /** Replaces missing spot replicas by on-demand ones until spot is back. */
  readonly dynamic_ondemand_fallback?: boolean | undefined;
  /** Replicas that are always on demand. */
  readonly base_ondemand_fallback_replicas?: number | undefined;
  /** How spot replicas are spread over zones, for example `dynamic_fallback`. */
  readonly spot_placer?: string | undefined;
  /** Seconds of overload before a replica is added. */
  readonly upscale_delay_seconds?: number | undefined;
  /** Seconds of leisure before one is taken away. */
  readonly downscale_delay_seconds?: number | undefined;
}

/** `service:` of a SkyServe document. @public */
export interface SkyPilotService {
  /** How a replica shows that it can answer; a string is its path. */
  readonly readiness_probe?: string | SkyPilotReadinessProbe | undefined;
  /** How many replicas there are, by the load. */
  readonly replica_policy?: SkyPilotReplicaPolicy | undefined;
  /** A fixed number of replicas, in place of `replica_policy`. */
  readonly replicas?: number | undefined;
  /** The port on which replicas serve. */
  readonly ports?: number | undefined;
  /** Which replica takes a request: `round_robin`, `least_load`, ... */
  readonly load_balancing_policy?: string | undefined;
  /** Settings of the load balancer; a stream that is silent for so many seconds is ended. */
  readonly load_balancer?: { readonly stream_timeout_seconds?: number | undefined } | undefined;
  /** Files on the machine you launch from, to serve over https. */
  readonly tls?: { readonly keyfile: string; readonly certfile: string } | undefined;
}

/** A SkyPilot document: a task, a managed job or, with `service`, a SkyServe service. @public */
export interface SkyPilotTask {
  /** Names the task in lists and logs. */
  readonly name?: string | undefined;
  /** A local directory, synced to every machine, or a git repository. */
  readonly workdir?: string | { readonly url: string; readonly ref?: string | undefined } | undefined;
  /** How many machines run the task together. 1 where it is absent. */
  readonly num_nodes?: number | undefined;
  /** What each machine needs to have. */
  readonly resources?: SkyPilotResources | undefined;
  /** Path on the machine to a local path, a bucket's address or a bucket. */
  readonly file_mounts?: Readonly<Record<string, string | SkyPilotStorage>> | undefined;
  /** Network volumes by the path at which they are mounted. */
  readonly volumes?: Readonly<Record<string, string | Readonly<Record<string, unknown>>>> | undefined;
  /** Environment of `setup` and `run`; a `null` is to be given at the launch. */
  readonly envs?: SkyPilotEnvironment | undefined;
  /** As `envs`, but hidden wherever SkyPilot shows the document; a list names secrets that SkyPilot keeps. */
  readonly secrets?: SkyPilotEnvironment | readonly string[] | undefined;
  /** Secrets that the API server keeps, by the variable in which the task finds them. */
  readonly managed_secrets?:
    | readonly (string | Readonly<Record<string, { readonly mount_path?: string | undefined }>>)[]
    | undefined;
  /** Shell script that prepares a machine, once each time there is a new one. */
  readonly setup?: string | undefined;
  /** Shell script that every machine runs. */
  readonly run?: string | undefined;
  /** Makes the task a service with replicas, for `sky serve`. */
  readonly service?: SkyPilotService | undefined;
  /** Makes the task a pool of workers that jobs are sent to. */
  readonly pool?: Readonly<Record<string, number>> | undefined;
  /** Settings of SkyPilot itself that the task overrides. */
  readonly config?: Readonly<Record<string, unknown>> | undefined;
  /** Size of the input in GB, by where it lies: decides what moving it costs. */
  readonly inputs?: Readonly<Record<string, number>> | undefined;
  /** Size of the output in GB, by where it goes. */
  readonly outputs?: Readonly<Record<string, number>> | undefined;
  /** Command that is run at every change of a managed job's state. */
  readonly event_callback?: string | undefined;
  /** Written by SkyPilot itself where files were uploaded before. */
  readonly file_mounts_mapping?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the task may call the SkyPilot API server that started it. */
  readonly api_server_access?: boolean | undefined;
}
