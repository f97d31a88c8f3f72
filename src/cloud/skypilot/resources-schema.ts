import * as z from 'zod';
import { fields, name, sparseFields } from './fields.js';
import { clouds, diskTiers, networkTiers, recoveryStrategies } from './names.js';
import { amount, infra, memorySize, minutes, port } from './values.js';

const exitCode = z.int().min(0).max(255);

const autostop = z.union([
  z.boolean(),
  minutes,
  fields({
    idle_minutes: z.int().nonnegative().optional(),
    down: z.boolean().optional(),
    wait_for: name('condition', ['jobs_and_ssh', 'jobs', 'none']).optional(),
    hook: z.string().optional(),
    hook_timeout: z.int().positive().optional(),
  }),
]);

const recovery = z.union([
  name('strategy', recoveryStrategies),
  fields({
    strategy: name('strategy', recoveryStrategies).nullable().optional(),
    max_restarts_on_errors: z.int().nonnegative().optional(),
    recover_on_exit_codes: z.union([exitCode, z.array(exitCode)]).optional(),
  }),
]);

const oneKind = z.union([z.string().min(1), z.record(z.string(), z.number().positive())]);

// A set {A100:8, H100:8} reads as a mapping without values: any will do. A list says which to try first.
const severalKinds = z.union([
  z.string().min(1),
  z.array(z.string().min(1)),
  z.record(z.string(), z.number().positive().nullable()),
]);

const candidate = {
  cloud: name('cloud', clouds).optional(),
  region: z.string().optional(),
  zone: z.string().optional(),
  infra: infra.optional(),
  cpus: amount.optional(),
  memory: amount.optional(),
  accelerators: oneKind.optional(),
  gpus: oneKind.optional(),
  accelerator_args: fields({
    runtime_version: z.string().optional(),
    tpu_name: z.string().optional(),
    tpu_vm: z.boolean().optional(),
    gcp_queued_resource: z.boolean().optional(),
  }).optional(),
  instance_type: z.string().optional(),
  use_spot: z.boolean().optional(),
  job_recovery: recovery.optional(),
  volumes: z
    .array(
      fields({
        path: z.string().optional(),
        name: z.string().optional(),
        disk_size: memorySize.optional(),
        disk_tier: name('disk tier', diskTiers).optional(),
        auto_delete: z.boolean().optional(),
        storage_type: z.string().optional(),
        attach_mode: z.string().optional(),
      }),
    )
    .optional(),
  disk_size: memorySize.optional(),
  ephemeral_storage: memorySize.optional(),
  disk_tier: name('disk tier', diskTiers).optional(),
  network_tier: name('network tier', networkTiers).optional(),
  local_disk: z.string().optional(),
  max_hourly_cost: z.number().positive().optional(),
  ports: z
    .union([port, z.array(port)])
    .nullable()
    .optional(),
  labels: z.record(z.string(), z.string()).optional(),
  image_id: z
    .union([z.string(), z.record(z.string(), z.string())])
    .nullable()
    .optional(),
  autostop: autostop.optional(),
  priority: z.int().min(-1000).max(1000).optional(),
  priority_class: z.string().optional(),
};

const alternatives = z.array(fields(candidate));

/** `resources:` of a task. One candidate of `any_of` or `ordered` has the same fields, without further alternatives. */
export const resourcesSchema = sparseFields({
  ...candidate,
  accelerators: severalKinds.optional(),
  gpus: severalKinds.optional(),
  any_of: alternatives.optional(),
  ordered: alternatives.optional(),
});
