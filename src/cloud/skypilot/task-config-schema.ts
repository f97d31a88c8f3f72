import * as z from 'zod';
import { fields } from './fields.js';
import { hookEvents } from './names.js';

const anything = z.unknown().optional();

/**
 * `config:` of a task: the settings of SkyPilot itself that a task may override. Which ones is checked; their values are
 * those of its `config.yaml`, pod specifications among them, and are left to SkyPilot.
 */
export const taskConfigSchema = fields({
  hooks: z
    .array(
      fields({
        run: z.string().min(1).max(16_384),
        events: z.array(z.enum(hookEvents)).min(1).optional(),
        timeout: z.int().positive().optional(),
      }),
    )
    .max(32)
    .optional(),
  active_workspace: anything,
  azure: fields({ remote_identity: anything, vpc_name: anything }).optional(),
  docker: fields({ run_options: anything }).optional(),
  gcp: fields({
    enable_gpu_direct: anything,
    enable_gvnic: anything,
    managed_instance_group: anything,
    placement_policy: anything,
    subnet_names: anything,
    vpc_name: anything,
  }).optional(),
  kubernetes: fields({
    custom_metadata: anything,
    dws: anything,
    enable_docker: anything,
    kueue: anything,
    pod_config: anything,
    provision_timeout: anything,
    quota: anything,
    remote_identity: anything,
    set_pod_resource_limits: anything,
  }).optional(),
  nvidia_gpus: fields({ disable_ecc: anything }).optional(),
  slurm: fields({ cpu_partition: anything, quota: anything, sbatch_options: anything }).optional(),
  ssh: fields({ custom_metadata: anything, pod_config: anything, provision_timeout: anything }).optional(),
  vast: fields({ create_instance_kwargs: anything, datacenter_only: anything }).optional(),
});
