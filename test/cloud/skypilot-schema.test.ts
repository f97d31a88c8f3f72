import { describe, expect, it } from 'vitest';
import { parseSkyPilotTask } from '../../src/cloud/index.js';
import { ConfigError } from '../../src/core/index.js';

async function issuesOf(document: string | object): Promise<string[]> {
  try {
    await parseSkyPilotTask(document);
  } catch (error) {
    if (error instanceof ConfigError) return error.issues.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
}

const probed = { readiness_probe: '/health' };
const served = { service: { ...probed, replicas: 2 }, resources: { ports: 8080 } };

describe('a document of one’s own', () => {
  it('is taken as it is', async () => {
    const yaml = `
name: train
workdir: .
num_nodes: 2
resources:
  accelerators: {A100-80GB:8, H100:8}
  any_of:
    - {infra: aws/us-east-1, use_spot: on}
    - {infra: k8s/my-context, image_id: null}
  disk_size: 512GB
  job_recovery: {strategy: FAILOVER, max_restarts_on_errors: 2, recover_on_exit_codes: [33, 34]}
file_mounts:
  /data: s3://bucket/data
  /checkpoints: {name: mine, store: $STORE, mode: MOUNT_CACHED, config: {mount_cached: {transfers: 1}}}
envs: {STORE: gcs, SIZE: 7, MODEL:}
secrets: {HF_TOKEN: null}
setup:
run: node train.mjs
config: {hooks: [{run: ./save.sh, events: [preemption], timeout: 60}]}
`;
    expect(await parseSkyPilotTask(yaml)).toMatchObject({
      workdir: '.',
      resources: { any_of: [{ use_spot: true }, { image_id: null }], accelerators: { 'A100-80GB:8': null } },
      envs: { STORE: 'gcs', SIZE: 7, MODEL: null },
      secrets: { HF_TOKEN: null },
    });
  });

  it('may have next to nothing', async () => {
    expect(await issuesOf('')).toEqual([]);
    expect(await issuesOf('run: echo hello')).toEqual([]);
  });

  it('reads words as PyYAML does', async () => {
    const task = await parseSkyPilotTask('resources: {use_spot: yes, cpus: 4+, memory: 1_000}\nworkdir: .\nrun: "on"');
    expect(task).toEqual({ resources: { use_spot: true, cpus: '4+', memory: 1000 }, workdir: '.', run: 'on' });
  });

  it.each([
    ['run: [', /not YAML/],
    ['run: a\nrun: b', /not YAML.*unique/],
    ['run: *nothing', /not YAML/],
    ['run: a\n---\nrun: b', /2 documents/],
    ['just words', /expected object/],
  ])('that cannot be read is an error of its own: %s', async (yaml, message) => {
    expect((await issuesOf(yaml)).join()).toMatch(message);
  });
});

describe('a wrong field is named by its path', () => {
  it.each<[object, ...string[]]>([
    [{ resources: { accelerator: 'A100:8' } }, 'resources.accelerator: unknown, did you mean accelerators?'],
    [{ numnodes: 2 }, 'numnodes: unknown, did you mean num_nodes?'],
    [
      { resources: { accelerator: 'A100', job_recovery: { max_restart_on_errors: 3 }, cpus: [] } },
      'resources.cpus: expected number or string',
      'resources.job_recovery.max_restart_on_errors: unknown, did you mean max_restarts_on_errors?',
      'resources.accelerator: unknown, did you mean accelerators?',
    ],
    [{ resources: { cloud: 'awss' } }, 'resources.cloud: unknown cloud "awss", did you mean aws?'],
    [
      { resources: { any_of: [{ infra: 'aws' }, { infa: 'gcp' }] } },
      'resources.any_of.1.infa: unknown, did you mean infra?',
    ],
    [
      { resources: { infra: 'nowhere/zone' } },
      'resources.infra: not of the form cloud, cloud/region, cloud/region/zone or k8s/context, with a cloud SkyPilot knows',
    ],
    [
      { resources: { job_recovery: 'FAILOVR' } },
      'resources.job_recovery: unknown strategy "FAILOVR", did you mean FAILOVER?',
    ],
    [
      { file_mounts: { '/c': { name: 'b', mode: 'MONT' } } },
      'file_mounts./c.mode: unknown mode "MONT", did you mean MOUNT?',
    ],
    [
      { ...served, service: { readiness_probe: { pth: '/' } } },
      'service.readiness_probe.path: expected string, received undefined',
      'service.readiness_probe.pth: unknown, did you mean path?',
    ],
    [{ ...served, service: { readiness_probe: 'health' } }, 'service.readiness_probe: must begin with a slash'],
    [{ envs: { '1A': 'x' } }, 'envs.1A: not a name for an environment variable'],
    [{ num_nodes: 0 }, 'num_nodes: Too small: expected number to be >0'],
    [{ config: { kubernets: {} } }, 'config.kubernets: unknown, did you mean kubernetes?'],
  ])('%j', async (document, ...issues) => {
    expect(await issuesOf(document)).toEqual(issues);
  });
});

describe('fields that cannot stand together are named', () => {
  const onSpot = { ports: 8080, use_spot: true };
  it.each<[string, object, ...string[]]>([
    ['infra and region', { resources: { infra: 'aws', region: 'us-east-1' } }, 'resources.region'],
    ['any_of and ordered', { resources: { any_of: [{}], ordered: [{}] } }, 'resources.ordered'],
    [
      'several accelerators and ordered',
      { resources: { accelerators: ['A100', 'H100'], ordered: [{}] } },
      'resources.accelerators',
    ],
    ['gpus and accelerators', { resources: { gpus: 'A100', accelerators: 'A100' } }, 'resources.gpus'],
    ['a bucket without name and source', { file_mounts: { '/a': { mode: 'MOUNT' } } }, 'file_mounts./a'],
    ['a name and an address', { file_mounts: { '/a': { name: 'b', source: 's3://b' } } }, 'file_mounts./a.name'],
    ['local files without a bucket', { file_mounts: { '/a': { source: './data' } } }, 'file_mounts./a.name'],
    ['a path that ends with a slash', { file_mounts: { '/a/': './data' } }, 'file_mounts./a/'],
    [
      'a workdir mounted over',
      { workdir: '.', file_mounts: { '~/sky_workdir': './data' } },
      'file_mounts.~/sky_workdir',
    ],
    ['service and pool', { ...served, pool: { workers: 1 } }, 'pool', 'resources.ports'],
    [
      'service and job_recovery',
      { ...served, resources: { ports: 80, job_recovery: 'FAILOVER' } },
      'resources.job_recovery',
    ],
    [
      'service and job_recovery of a candidate',
      { ...served, resources: { ports: 80, any_of: [{ job_recovery: { strategy: 'FAILOVER' } }] } },
      'resources.any_of.0.job_recovery',
    ],
    [
      'replicas and replica_policy',
      { ...served, service: { ...served.service, replica_policy: { min_replicas: 1 } } },
      'service.replicas',
    ],
    [
      'fewer at most than at least',
      {
        ...served,
        service: { ...probed, replica_policy: { min_replicas: 3, max_replicas: 1, target_qps_per_replica: 1 } },
      },
      'service.replica_policy.max_replicas',
    ],
    [
      'scaling without a target',
      { ...served, service: { ...probed, replica_policy: { min_replicas: 1, max_replicas: 3 } } },
      'service.replica_policy.target_qps_per_replica',
    ],
    [
      'a target without a bound',
      { ...served, service: { ...probed, replica_policy: { min_replicas: 1, target_qps_per_replica: 3 } } },
      'service.replica_policy.max_replicas',
    ],
    [
      'fallback without spot',
      { ...served, service: { ...probed, replica_policy: { min_replicas: 1, dynamic_ondemand_fallback: true } } },
      'service.replica_policy.dynamic_ondemand_fallback',
    ],
    [
      'spot for some candidates of a service',
      { ...served, resources: { ...onSpot, any_of: [{}, { use_spot: false }] } },
      'resources.use_spot',
    ],
    ['a service with two ports', { ...served, resources: { ports: [80, 8080] } }, 'resources.ports'],
    ['a service without a port', { ...served, resources: {} }, 'resources.ports'],
    [
      'a probe that posts no JSON',
      { ...served, service: { readiness_probe: { path: '/', post_data: '{' } } },
      'service.readiness_probe.post_data',
    ],
    ['one name in envs and secrets', { envs: { A: 'x' }, secrets: { A: null } }, 'envs.A'],
  ])('%s', async (_, document, ...paths) => {
    expect((await issuesOf(document)).map((issue) => issue.split(':')[0])).toEqual(paths);
  });

  it('only where they contradict', async () => {
    expect(await issuesOf(served)).toEqual([]);
    expect(await issuesOf({ ...served, resources: { ports: 80, job_recovery: 'none' } })).toEqual([]);
    const policy = { min_replicas: 1, base_ondemand_fallback_replicas: 1 };
    expect(await issuesOf({ service: { ...probed, replica_policy: policy }, resources: onSpot })).toEqual([]);
    expect(
      await issuesOf({ resources: { accelerators: { A100: null, H100: null }, any_of: [{ infra: 'aws' }] } }),
    ).toEqual([]);
    expect(await issuesOf({ pool: { workers: 3 }, resources: { cpus: 2 } })).toEqual([]);
  });
});
