import * as z from 'zod';
import { diskTiers, recoveryStrategies, stores } from '../skypilot/names.js';
import type { SkyPilotStorage } from '../skypilot/types.js';
import { infra } from '../skypilot/values.js';

/** One place to look for machines. What it leaves out, the document's other fields say. @public */
export interface Placement {
  /** `cloud`, `cloud/region`, `cloud/region/zone` or `k8s/context`. */
  readonly infra?: string | undefined;
  /** Accelerators of one machine, for example `A100-80GB:8`. @defaultValue the document's */
  readonly accelerators?: string | undefined;
  /**
   * The cloud's name of a kind of machine, for example `a2-ultragpu-8g`.
   *
   * @defaultValue whatever has the accelerators
   */
  readonly instanceType?: string | undefined;
  /** Whether to take machines that the cloud may take back. @defaultValue the document's */
  readonly spot?: boolean | undefined;
}

/** What every document says about its machines. @public */
export interface MachineConfig {
  /** Name of the job or service. */
  readonly name: string;
  /** Program and arguments; passed on as they are, nothing in them is expanded by a shell. */
  readonly command: readonly string[];
  /** Shell script that prepares each new machine. @defaultValue none */
  readonly setup?: string | undefined;
  /** Local directory copied to every machine, where the command runs. @defaultValue none */
  readonly workdir?: string | undefined;
  /** Accelerators of one machine, for example `A100-80GB:8`. @defaultValue none, for machines without */
  readonly accelerators?: string | undefined;
  /** Where to look for machines. @defaultValue everywhere your SkyPilot may */
  readonly placements?: readonly Placement[] | undefined;
  /** Whether the cheapest placement is taken or the first that has machines. @defaultValue `'cheapest'` */
  readonly placementOrder?: 'cheapest' | 'listed' | undefined;
  /** Spot machines: a third of the price, and taken away at any moment. @defaultValue `true` */
  readonly spot?: boolean | undefined;
  /** Gigabytes of disk. @defaultValue SkyPilot's, 256 */
  readonly diskGigabytes?: number | undefined;
  /** How fast the system disk is. @defaultValue SkyPilot's, `medium` */
  readonly diskTier?: 'low' | 'medium' | 'high' | 'ultra' | 'best' | 'none' | undefined;
  /** Machine image, or `docker:NAME`. @defaultValue SkyPilot's */
  readonly image?: string | undefined;
  /** Path on the machines to a local path, a bucket's address or a bucket. @defaultValue none */
  readonly mounts?: Readonly<Record<string, string | SkyPilotStorage>> | undefined;
  /** Environment variables, in the open. @defaultValue none */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /**
   * Names of environment variables whose values must not stand in a file; give them at launch, with `--secret NAME`.
   *
   * @defaultValue none
   */
  readonly secrets?: readonly string[] | undefined;
}

const secretName = /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|CREDENTIALS?)$/i;
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'not a name for an environment variable');

const placement = z.strictObject({
  infra: infra.optional(),
  accelerators: z.string().min(1).optional(),
  instanceType: z.string().min(1).optional(),
  spot: z.boolean().optional(),
});

// No shell can pass a null character on.
const word = z.string().refine((text) => !text.includes('\0'), 'must not contain a null character');

/** Fields of {@link MachineConfig}, for the schemas of the documents. */
export const machineShape = {
  name: z.string().min(1),
  command: z.array(word).min(1),
  setup: z.string().min(1).optional(),
  workdir: z.string().min(1).optional(),
  accelerators: z.string().min(1).optional(),
  placements: z.array(placement).default([]),
  placementOrder: z.enum(['cheapest', 'listed']).default('cheapest'),
  spot: z.boolean().default(true),
  diskGigabytes: z.int().positive().optional(),
  diskTier: z.enum(diskTiers).optional(),
  image: z.string().min(1).optional(),
  // Checked by the document's own schema, whose messages name the field.
  mounts: z.record(z.string().min(1), z.custom<string | SkyPilotStorage>()).default({}),
  environment: z
    .record(variable, z.string())
    .superRefine((environment, context) => {
      for (const name of Object.keys(environment))
        if (secretName.test(name))
          context.addIssue({
            code: 'custom',
            path: [name],
            message:
              'looks like a secret, which a document must not hold: name it under secrets, and give its value at launch',
          });
    })
    .default({}),
  secrets: z.array(variable).default([]),
};

export const recoveryStrategy = z.enum(recoveryStrategies);
export const bucketStore = z.enum(stores.filter((store) => store !== 'volume'));
