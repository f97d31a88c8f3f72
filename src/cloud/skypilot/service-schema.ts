import * as z from 'zod';
import { fields, name, sparseFields } from './fields.js';
import { loadBalancingPolicies } from './names.js';

const count = z.int().nonnegative();
const seconds = z.number().nonnegative();

const probePath = z.string().startsWith('/', 'must begin with a slash');

const readinessProbe = z.union([
  probePath,
  fields({
    path: probePath,
    initial_delay_seconds: seconds.optional(),
    timeout_seconds: seconds.optional(),
    endpoint_probe_interval_seconds: seconds.optional(),
    consecutive_failure_threshold_timeout: seconds.optional(),
    post_data: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
]);

const replicaPolicy = fields({
  min_replicas: count,
  max_replicas: count.optional(),
  num_overprovision: count.optional(),
  target_qps_per_replica: z
    .union([seconds, z.record(z.string().regex(/^[A-Z0-9]+(?:-[A-Z0-9]+)*(?::\d+)?$/i), seconds)])
    .optional(),
  dynamic_ondemand_fallback: z.boolean().optional(),
  base_ondemand_fallback_replicas: count.optional(),
  spot_placer: name('spot placer', ['dynamic_fallback']).optional(),
  upscale_delay_seconds: seconds.optional(),
  downscale_delay_seconds: seconds.optional(),
});

/** `service:` of a SkyServe document. */
export const serviceSchema = sparseFields({
  readiness_probe: readinessProbe.optional(),
  replica_policy: replicaPolicy.optional(),
  replicas: count.optional(),
  ports: z.int().min(1).max(65_535).optional(),
  load_balancing_policy: name('load balancing policy', loadBalancingPolicies).optional(),
  load_balancer: fields({ stream_timeout_seconds: seconds.optional() }).optional(),
  tls: fields({ keyfile: z.string().min(1), certfile: z.string().min(1) }).optional(),
});

/** `pool:` of a document for a pool of workers. */
export const poolSchema = sparseFields({
  workers: count.optional(),
  min_workers: count.optional(),
  max_workers: count.optional(),
  queue_length_threshold: z.int().positive().optional(),
  upscale_delay_seconds: seconds.optional(),
  downscale_delay_seconds: seconds.optional(),
});
