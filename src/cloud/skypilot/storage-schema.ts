import * as z from 'zod';
import { fields, name, sparseFields } from './fields.js';
import { diskTiers, mountTypes, storageModes, stores } from './names.js';
import { memorySize } from './values.js';

const cacheSize = z.string().regex(/^\d+[BKMGTP]?$/i, 'not a size such as 64M');
const cacheTime = z.string().regex(/^[-+]?(?:[\d.]+(?:ms|[smhdwMy])?)+$/, 'not a time such as 5s');

/** One entry of `file_mounts:` that is a bucket or a volume. */
export const storageSchema = sparseFields({
  name: z.string().min(1).optional(),
  source: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  store: name('store', stores).optional(),
  persistent: z.boolean().optional(),
  mode: name('mode', storageModes).optional(),
  mount_options: z.string().optional(),
  type: name('mount type', mountTypes).optional(),
  config: z
    .looseObject({
      disk_size: memorySize.optional(),
      disk_tier: name('disk tier', diskTiers).optional(),
      storage_type: z.string().optional(),
      attach_mode: z.string().optional(),
      mount_cached: fields({
        transfers: z.int().positive().optional(),
        buffer_size: cacheSize.optional(),
        vfs_cache_max_size: cacheSize.optional(),
        vfs_cache_max_age: cacheTime.optional(),
        vfs_read_ahead: cacheSize.optional(),
        vfs_read_chunk_size: cacheSize.optional(),
        vfs_read_chunk_streams: z.int().nonnegative().optional(),
        vfs_write_back: cacheTime.optional(),
        read_only: z.boolean().optional(),
      }).optional(),
      mount: fields({
        read_only: z.boolean().optional(),
        hf_mount_args: z.array(z.string()).optional(),
      }).optional(),
    })
    .optional(),
});

const path = z.string().min(1);

/** `file_mounts:`: where on the machine, and what. */
export const fileMountsSchema = z.record(path, z.union([z.string().min(1), storageSchema]));

/** `volumes:`: a volume by name, or one made for this task. */
export const volumesSchema = z.record(
  path,
  z.union([
    z.string().min(1),
    z.looseObject({ name: z.string().optional(), size: z.union([z.string(), z.number()]).optional() }),
  ]),
);
