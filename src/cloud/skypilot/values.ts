// Forms that several sections of a document share.
import * as z from 'zod';
import { clouds } from './names.js';

/** Gigabytes, or a number with a unit: `256`, `512GB`, `1Ti`. */
export const memorySize = z.union([
  z.int().nonnegative(),
  z.string().regex(/^\d+(?:[KMGTP][Bbi]|[kmgtp][bi])?$/, 'not a size such as 256 or 512GB'),
]);

/** Minutes, or a number with a unit: `10`, `8h`. */
export const minutes = z.union([z.int(), z.string().regex(/^\d+[mhdw]?$/i, 'not a time such as 10 or 8h')]);

/** A count, or a least count: `4`, `8+`, and for memory `64GB`. */
export const amount = z.union([z.number().positive(), z.string().min(1)]);

export const environmentName = z.string().regex(/^[A-Za-z_]\w*$/, 'not a name for an environment variable');

/** Null is filled in at launch, with `--env NAME` or `--secret NAME`. */
export const environmentValue = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const cloud = clouds.filter((known) => known !== 'kubernetes').join('|');
const infraForm = new RegExp(`^(?:(?:(?:${cloud})|\\*)(?:/[^/]+){0,2}|(?:kubernetes|k8s|ssh)(?:/.+)?)$`, 'i');

/** `cloud`, `cloud/region` or `cloud/region/zone`, each but the last also `*`; or `k8s/context`. */
export const infra = z
  .string()
  .regex(
    infraForm,
    'not of the form cloud, cloud/region, cloud/region/zone or k8s/context, with a cloud SkyPilot knows',
  );

/** A port or a range of ports. */
export const port = z.union([
  z.int().min(1).max(65_535),
  z.string().regex(/^\d{1,5}(?:-\d{1,5})?$/, 'not a port such as 8080 or a range such as 10022-10040'),
]);
