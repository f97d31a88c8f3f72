import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  parseSkyPilotTask,
  type ServingServiceConfig,
  type SpotTrainingConfig,
  servingService,
  spotTrainingTask,
  toSkyPilotYaml,
} from '../../src/cloud/index.js';
import { temporaryDirectory } from '../support/temporary.js';

const run = promisify(execFile);

const training: SpotTrainingConfig = {
  name: 'vicuna-7b',
  command: ['node', 'train.mjs'],
  accelerators: 'A100-80GB:8',
  checkpoints: { bucket: 'vicuna-checkpoints', store: 'gcs' },
};
const serving: ServingServiceConfig = { name: 'vicuna', command: ['node', 'serve.mjs'], port: 8080 };

describe('a training on spot machines', () => {
  it('asks for spot machines, recovers, and keeps checkpoints in a bucket', () => {
    expect(spotTrainingTask(training)).toMatchObject({
      name: 'vicuna-7b',
      resources: {
        accelerators: 'A100-80GB:8',
        use_spot: true,
        job_recovery: { strategy: 'EAGER_NEXT_REGION', max_restarts_on_errors: 3 },
      },
      file_mounts: { '/checkpoints': { name: 'vicuna-checkpoints', store: 'gcs', mode: 'MOUNT' } },
    });
  });

  it('looks where it is told, in order or by price', () => {
    const placements = [{ infra: 'gcp/us-central1' }, { infra: 'aws', spot: false }];
    const resources = (config: Partial<SpotTrainingConfig>) => spotTrainingTask({ ...training, ...config }).resources;
    expect(resources({ placements })?.any_of).toEqual([
      { infra: 'gcp/us-central1' },
      { infra: 'aws', use_spot: false },
    ]);
    expect(resources({ placements, placementOrder: 'listed' })?.ordered).toHaveLength(2);
    expect(resources({ placements: placements.slice(1) })).toMatchObject({ infra: 'aws', use_spot: false });
  });

  it('mounts a bucket there is by its address', () => {
    const task = spotTrainingTask({
      ...training,
      checkpoints: { bucket: 's3://mine', path: '/c', mode: 'MOUNT_CACHED' },
    });
    expect(task.file_mounts).toEqual({ '/c': { source: 's3://mine', mode: 'MOUNT_CACHED' } });
  });

  it('never holds the value of a secret', async () => {
    const task = spotTrainingTask({ ...training, secrets: ['HF_TOKEN'] });
    expect(task.secrets).toEqual({ HF_TOKEN: null });
    expect(await toSkyPilotYaml(task)).toContain('secrets:\n  HF_TOKEN: null\n');
    expect(() => spotTrainingTask({ ...training, environment: { WANDB_API_KEY: 'abc' } })).toThrow(
      /environment\.WANDB_API_KEY: looks like a secret.*name it under secrets/,
    );
  });

  it.each<[Partial<SpotTrainingConfig>, RegExp]>([
    [{ command: [] }, /command: /],
    [{ checkpoints: { bucket: 's3://mine/inside' } }, /checkpoints\.bucket: must be a bucket, without a path/],
    [{ checkpoints: { bucket: 's3://mine', store: 's3' } }, /checkpoints\.store: is given by the bucket address/],
    [{ mounts: { '/checkpoints': './here' } }, /checkpoints\.path: is among the mounts already/],
    [{ placements: [{ infra: 'moon' }] }, /placements\.0\.infra: /],
    [{ runId: '../other' }, /runId: /],
    [{ name: 'no spaces' }, /name: only letters/],
    [{ mounts: { '/data': { name: 'b', mode: 'MONT' } } }, /file_mounts\.\/data\.mode: .*did you mean MOUNT/],
  ])('says which field is wrong: %j', (config, message) => {
    expect(() => spotTrainingTask({ ...training, ...config })).toThrow(message);
  });
});

describe('what runs on the machines', () => {
  /** Runs the document's script as a machine would, with programs of the test's own first in the path. */
  async function play(config: Partial<SpotTrainingConfig>, environment: Record<string, string>) {
    const directory = await temporaryDirectory();
    const programs = join(directory, 'programs');
    await mkdir(programs);
    // Says how it was called, one word a line; then the hosts it was given.
    const recorder = `#!/bin/bash
printf '%s\\n' "$0" "$@" > '${directory}/called'
printf '%s\\n' "$VICUNA_RUN_ID" "$VICUNA_OUTPUT_DIRECTORY" > '${directory}/environment'
while [ $# -gt 0 ]; do if [ "$1" = --hostfile ]; then cp "$2" '${directory}/hosts'; fi; shift; done
`;
    for (const program of ['mpirun', 'node']) {
      await writeFile(join(programs, program), recorder);
      await chmod(join(programs, program), 0o755);
    }
    const checkpoints = { ...training.checkpoints, path: join(directory, 'checkpoints') };
    const task = spotTrainingTask({ ...training, checkpoints, ...config });
    await run('bash', ['-c', task.run ?? ''], {
      cwd: directory,
      env: { PATH: `${programs}:${process.env.PATH}`, SKYPILOT_TASK_ID: 'sky-managed-1_a b/c', ...environment },
    });
    const lines = async (name: string) =>
      (await readFile(join(directory, name), 'utf8').catch(() => '')).split('\n').slice(0, -1);
    return {
      checkpoints: checkpoints.path,
      called: await lines('called'),
      environment: await lines('environment'),
      hosts: await lines('hosts'),
    };
  }

  it('finds the same directory again after a recovery', async () => {
    const { environment, checkpoints } = await play({}, {});
    expect(environment).toEqual(['sky-managed-1_a-b-c', `${checkpoints}/sky-managed-1_a-b-c`]);
    const named = await play({ runId: 'mine' }, { SKYPILOT_TASK_ID: 'another' });
    expect(named.environment).toEqual(['mine', `${named.checkpoints}/mine`]);
  });

  it('passes words on as they are', async () => {
    const word = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[\0\n]/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 30 }), async (words) => {
        const { called } = await play({ command: ['node', ...words, '$HOME', "it's", '`id`'] }, {});
        expect(called.slice(1)).toEqual([...words, '$HOME', "it's", '`id`']);
      }),
      { numRuns: 6 },
    );
  });

  const cluster = { SKYPILOT_NODE_IPS: '10.0.0.1\n10.0.0.2\n10.0.0.3', SKYPILOT_NUM_GPUS_PER_NODE: '8' };

  it('starts the ranks of all machines on the first, one an accelerator, in order', async () => {
    const config = { nodes: 3, environment: { MODE: 'x' }, secrets: ['HF_TOKEN'] };
    const { called, hosts } = await play(config, { ...cluster, SKYPILOT_NODE_RANK: '0' });
    expect(hosts).toEqual(['10.0.0.1 slots=8', '10.0.0.2 slots=8', '10.0.0.3 slots=8']);
    const words = called.join(' ');
    expect(words).toContain('-np 24 --map-by slot');
    for (const name of ['VICUNA_RUN_ID', 'VICUNA_OUTPUT_DIRECTORY', 'MODE', 'HF_TOKEN'])
      expect(words).toContain(`-x ${name}`);
    expect(called.slice(-2)).toEqual(['node', 'train.mjs']);
  });

  it('starts nothing on the others', async () => {
    expect((await play({ nodes: 3 }, { ...cluster, SKYPILOT_NODE_RANK: '1' })).called).toEqual([]);
  });

  it('starts as many ranks as it is told, and one on machines without accelerators', async () => {
    const head = { ...cluster, SKYPILOT_NODE_RANK: '0' };
    expect((await play({ nodes: 3, ranksPerNode: 2 }, head)).hosts[0]).toBe('10.0.0.1 slots=2');
    const plain = await play({ nodes: 3 }, { ...head, SKYPILOT_NUM_GPUS_PER_NODE: '0' });
    expect(plain.hosts[0]).toBe('10.0.0.1 slots=1');
  });
});

describe('a service', () => {
  it('is probed, balanced, and falls back to on-demand machines', () => {
    expect(servingService({ ...serving, accelerators: 'L4:1' })).toMatchObject({
      service: {
        readiness_probe: { path: '/readyz', initial_delay_seconds: 1200, timeout_seconds: 15 },
        replica_policy: { min_replicas: 1, dynamic_ondemand_fallback: true },
        load_balancing_policy: 'least_load',
      },
      resources: { accelerators: 'L4:1', use_spot: true, ports: 8080 },
      run: 'set -euo pipefail\nexec node serve.mjs\n',
    });
  });

  it('scales by load', () => {
    const replicas = { minimum: 1, maximum: 4, requestsPerSecond: 2.5, onDemand: 1, spare: 1 };
    expect(servingService({ ...serving, replicas }).service?.replica_policy).toEqual({
      min_replicas: 1,
      max_replicas: 4,
      target_qps_per_replica: 2.5,
      upscale_delay_seconds: 300,
      downscale_delay_seconds: 1200,
      num_overprovision: 1,
      dynamic_ondemand_fallback: true,
      base_ondemand_fallback_replicas: 1,
    });
  });

  it.each<[Partial<ServingServiceConfig>, RegExp]>([
    [{ replicas: { minimum: 1, maximum: 3 } }, /replicas\.requestsPerSecond: is needed/],
    [{ replicas: { minimum: 3, maximum: 1 } }, /replicas\.maximum: must not be below/],
    [{ spot: false, replicas: { onDemand: 1 } }, /replicas: onDemand and fallBackToOnDemand are for spot/],
    [{ port: 0 }, /port: /],
    [{ readiness: { path: 'health' } }, /readiness\.path: must begin with a slash/],
  ])('says which field is wrong: %j', (config, message) => {
    expect(() => servingService({ ...serving, ...config })).toThrow(message);
  });
});

describe('as YAML', () => {
  it('reads back as the same document, by YAML 1.1 and 1.2', async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.stringMatching(/^[A-Z]{1,6}$/), fc.string()), async (environment) => {
        const task = spotTrainingTask({ ...training, environment, workdir: '.', nodes: 2, setup: 'npm ci\n' });
        const yaml = await toSkyPilotYaml(task);
        expect(await parseSkyPilotTask(yaml)).toEqual(task);
        expect(parse(yaml)).toEqual(task);
      }),
      { numRuns: 50 },
    );
  });

  it('quotes what PyYAML would take for something else', async () => {
    const environment = { A: 'on', B: '1:30', C: '0o17', D: '012', E: '.5', F: '~', G: '1e3', H: '2023-03-30' };
    const task = spotTrainingTask({ ...training, environment });
    expect((await parseSkyPilotTask(await toSkyPilotYaml(task))).envs).toEqual(environment);
    expect(await toSkyPilotYaml(task)).toContain('A: "on"');
  });
});
