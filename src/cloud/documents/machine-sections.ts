import type * as z from 'zod';
import type { SkyPilotCandidate, SkyPilotResources, SkyPilotTask } from '../skypilot/types.js';
import type { machineShape } from './machine-config.js';

type MachineSettings = z.output<z.ZodObject<typeof machineShape>>;

/** `resources:`, with what only one kind of document has. */
export function resourcesOf(config: MachineSettings, extra: Partial<SkyPilotResources>): SkyPilotResources {
  const alternatives = config.placements.map(candidateOf);
  const [only] = alternatives;
  return defined({
    accelerators: config.accelerators,
    use_spot: config.spot,
    disk_size: config.diskGigabytes,
    disk_tier: config.diskTier,
    image_id: config.image,
    ...extra,
    ...(alternatives.length === 1 ? only : {}),
    any_of: alternatives.length > 1 && config.placementOrder === 'cheapest' ? alternatives : undefined,
    ordered: alternatives.length > 1 && config.placementOrder === 'listed' ? alternatives : undefined,
  });
}

/** `envs:` and `secrets:`; a secret has no value until somebody launches the document. */
export function environmentOf(
  config: MachineSettings,
  added: Readonly<Record<string, string>> = {},
): Partial<SkyPilotTask> {
  const envs = { ...config.environment, ...added };
  return defined({
    envs: Object.keys(envs).length > 0 ? envs : undefined,
    secrets: config.secrets.length > 0 ? Object.fromEntries(config.secrets.map((name) => [name, null])) : undefined,
  });
}

function candidateOf({
  infra,
  accelerators,
  instanceType,
  spot,
}: MachineSettings['placements'][number]): SkyPilotCandidate {
  return defined({ infra, accelerators, instance_type: instanceType, use_spot: spot });
}

/** Without the fields that are undefined, which YAML would write as null. */
export function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
