import type { ConfigIssue } from '../../core/index.js';
import { isRecord } from './fields.js';
import type { SkyPilotCandidate, SkyPilotResources, SkyPilotService, SkyPilotStorage, SkyPilotTask } from './types.js';

/** Fields that are right one by one and cannot stand together; SkyPilot finds most of them only at launch. */
export function findContradictions(task: SkyPilotTask): ConfigIssue[] {
  return [
    ...(task.resources === undefined ? [] : resourcesIssues(task.resources)),
    ...Object.entries(task.file_mounts ?? {}).flatMap(([path, mount]) => mountIssues(path, mount, task)),
    ...(task.service === undefined ? [] : [...serviceIssues(task.service), ...servedTaskIssues(task.service, task)]),
    ...(task.pool === undefined ? [] : pooledTaskIssues(task)),
    ...secretIssues(task),
  ];
}

function resourcesIssues(resources: SkyPilotResources): ConfigIssue[] {
  const issues = candidates(resources).flatMap(({ candidate, path }) => {
    const place = (['cloud', 'region', 'zone'] as const).find((field) => candidate[field] !== undefined);
    return candidate.infra !== undefined && place !== undefined
      ? [{ path: `${path}.${place}`, message: `is part of ${path}.infra already; remove one of the two` }]
      : [];
  });
  for (const { candidate, path } of candidates(resources))
    if (candidate.gpus !== undefined && candidate.accelerators !== undefined)
      issues.push({ path: `${path}.gpus`, message: 'is another word for accelerators; remove one of the two' });
  const { any_of, ordered, accelerators = resources.gpus } = resources;
  if (any_of !== undefined && ordered !== undefined)
    issues.push({ path: 'resources.ordered', message: 'cannot stand beside resources.any_of; remove one of the two' });
  const several = typeof accelerators === 'object' && Object.keys(accelerators).length > 1;
  if (several && (ordered !== undefined || (any_of !== undefined && Array.isArray(accelerators))))
    issues.push({
      path: 'resources.accelerators',
      message: `several in order cannot stand beside resources.${ordered === undefined ? 'any_of' : 'ordered'}; give each candidate its own`,
    });
  return issues;
}

function mountIssues(path: string, mount: string | SkyPilotStorage, task: SkyPilotTask): ConfigIssue[] {
  const at = (field: string, message: string) => [{ path: `file_mounts.${path}${field}`, message }];
  if (path.length > 1 && path.endsWith('/')) return at('', 'must not end with a slash');
  if (path === '~/sky_workdir' && task.workdir !== undefined) return at('', 'is where workdir goes');
  if (typeof mount === 'string' || mount.store?.toLowerCase() === 'volume') return [];
  const { name, source } = mount;
  if (source === undefined && name === undefined) return at('', 'needs a source, or the name of a bucket');
  const remote = typeof source === 'string' && /^\w+:\/\//.test(source);
  if (remote && name !== undefined) return at('.name', 'is given by the source already; remove one of the two');
  if (source !== undefined && !remote && name === undefined && !/\$\{?\w/.test(String(source)))
    return at('.name', 'is needed: a local source is uploaded to a bucket of that name');
  return [];
}

function serviceIssues(service: SkyPilotService): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const at = (field: string, message: string) => issues.push({ path: `service.${field}`, message });
  const { replica_policy: policy, readiness_probe: probe } = service;
  if (service.replicas !== undefined && policy !== undefined)
    at('replicas', 'cannot stand beside service.replica_policy; remove one of the two');
  if (policy !== undefined) {
    const { min_replicas: fewest, max_replicas: most, target_qps_per_replica: target } = policy;
    if (most !== undefined && most < fewest)
      at('replica_policy.max_replicas', `must not be below min_replicas, ${fewest}`);
    if (target !== undefined && most === undefined)
      at(
        'replica_policy.max_replicas',
        'is needed beside target_qps_per_replica: it bounds what autoscaling may start',
      );
    if (target === undefined && most !== undefined && most > fewest)
      at('replica_policy.target_qps_per_replica', 'is needed to scale between min_replicas and max_replicas');
    const balancesByKind = service.load_balancing_policy?.toLowerCase() === 'instance_aware_least_load';
    if (balancesByKind && !isRecord(target))
      at('load_balancing_policy', 'instance_aware_least_load needs target_qps_per_replica by accelerator');
    if (isRecord(target) && !balancesByKind)
      at(
        'replica_policy.target_qps_per_replica',
        'by accelerator needs load_balancing_policy instance_aware_least_load',
      );
  }
  if (typeof probe === 'object' && typeof probe.post_data === 'string' && !isJson(probe.post_data))
    at('readiness_probe.post_data', 'is not JSON');
  return issues;
}

function servedTaskIssues(service: SkyPilotService, task: SkyPilotTask): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const { resources = {} } = task;
  const all = candidates(resources);
  if (task.pool !== undefined)
    issues.push({ path: 'pool', message: 'cannot stand beside service; a document is one of them' });
  issues.push(...withoutRecovery(resources, 'service'));
  const merged = launches(resources);
  if (merged.some(({ use_spot }) => use_spot === true) && merged.some(({ use_spot }) => use_spot !== true))
    issues.push({
      path: 'resources.use_spot',
      message:
        'must be the same for all candidates of a service; mix in on-demand replicas through service.replica_policy',
    });
  const policy = service.replica_policy;
  const spotOnly = (['dynamic_ondemand_fallback', 'base_ondemand_fallback_replicas', 'spot_placer'] as const).find(
    (field) => policy?.[field] !== undefined && policy[field] !== false && policy[field] !== 0,
  );
  if (spotOnly !== undefined && merged.some(({ use_spot }) => use_spot !== true))
    issues.push({
      path: `service.replica_policy.${spotOnly}`,
      message: 'is for spot machines; set resources.use_spot: true',
    });
  if (service.ports === undefined && !all.some(({ candidate }) => isOnePort(candidate.ports)))
    issues.push({ path: 'resources.ports', message: 'must be the one port replicas answer on, or set service.ports' });
  return issues;
}

function pooledTaskIssues(task: SkyPilotTask): ConfigIssue[] {
  const issues = withoutRecovery(task.resources ?? {}, 'pool');
  if (task.resources?.ports !== undefined)
    issues.push({ path: 'resources.ports', message: 'cannot stand beside pool; remove it' });
  return issues;
}

/** Services and pools replace what they lose by themselves, and SkyPilot refuses to be told how. */
function withoutRecovery(resources: SkyPilotResources, section: string): ConfigIssue[] {
  return candidates(resources).flatMap(({ candidate, path }) => {
    const { job_recovery: recovery } = candidate;
    const strategy = typeof recovery === 'object' ? recovery.strategy : recovery;
    if (recovery === undefined || strategy?.toLowerCase() === 'none') return [];
    return [
      { path: `${path}.job_recovery`, message: `is for managed jobs and cannot stand beside ${section}; remove it` },
    ];
  });
}

function secretIssues({ envs = {}, secrets = {} }: SkyPilotTask): ConfigIssue[] {
  const names = Array.isArray(secrets) ? secrets : Object.keys(secrets);
  return names
    .filter((name: string) => Object.hasOwn(envs, name))
    .map((name: string) => ({ path: `envs.${name}`, message: 'is among the secrets too; remove it here' }));
}

/** The resources themselves and their alternatives, each with its path. */
function candidates(
  resources: SkyPilotResources,
): { readonly candidate: SkyPilotCandidate | SkyPilotResources; readonly path: string }[] {
  return [
    { candidate: resources, path: 'resources' },
    ...(['any_of', 'ordered'] as const).flatMap((field) =>
      (resources[field] ?? []).map((candidate, index) => ({ candidate, path: `resources.${field}.${index}` })),
    ),
  ];
}

/** What SkyPilot would launch: each alternative over the fields outside. */
function launches(resources: SkyPilotResources): readonly Pick<SkyPilotCandidate, 'use_spot'>[] {
  const alternatives = resources.any_of ?? resources.ordered ?? [];
  return alternatives.length === 0
    ? [resources]
    : alternatives.map((candidate) => ({ use_spot: candidate.use_spot ?? resources.use_spot }));
}

function isOnePort(ports: SkyPilotResources['ports']): boolean {
  if (Array.isArray(ports)) return ports.length === 1 && isOnePort(ports[0]);
  return typeof ports === 'number' || (typeof ports === 'string' && /^\d+$/.test(ports));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
