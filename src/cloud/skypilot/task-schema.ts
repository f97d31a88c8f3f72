import * as z from 'zod';
import { fields, sparseFields } from './fields.js';
import { resourcesSchema } from './resources-schema.js';
import { poolSchema, serviceSchema } from './service-schema.js';
import { fileMountsSchema, volumesSchema } from './storage-schema.js';
import { taskConfigSchema } from './task-config-schema.js';
import type { SkyPilotTask } from './types.js';
import { environmentName, environmentValue } from './values.js';

const environment = z.record(environmentName, environmentValue);
const oneSize = z.record(z.string(), z.number());

/**
 * A SkyPilot task: the fields of release 0.14's own schema (`sky/utils/schemas.py`), without those that begin with an
 * underscore, which SkyPilot writes for itself.
 */
export const taskSchema = sparseFields({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9]+(?:[._-]{1,2}[A-Za-z0-9]+)*$/,
      'only letters, digits and . _ - between them: begin and end with a letter or digit',
    )
    .optional(),
  workdir: z.union([z.string().min(1), fields({ url: z.string().min(1), ref: z.string().optional() })]).optional(),
  num_nodes: z.int().positive().optional(),
  resources: resourcesSchema.optional(),
  file_mounts: fileMountsSchema.optional(),
  volumes: volumesSchema.optional(),
  envs: environment.optional(),
  secrets: z.union([environment, z.array(z.string().min(1))]).optional(),
  managed_secrets: z
    .array(z.union([z.string().min(1), z.record(z.string(), fields({ mount_path: z.string().optional() }))]))
    .optional(),
  setup: z.string().optional(),
  run: z.string().optional(),
  service: serviceSchema.optional(),
  pool: poolSchema.optional(),
  config: taskConfigSchema.optional(),
  inputs: oneSize.optional(),
  outputs: oneSize.optional(),
  event_callback: z.string().optional(),
  file_mounts_mapping: z.record(z.string(), z.unknown()).optional(),
  api_server_access: z.boolean().optional(),
}) as unknown as z.ZodType<SkyPilotTask>;
