// Names that SkyPilot 0.14 knows; it compares them without regard to case.

/** Clouds, and `kubernetes`, `slurm` and `ssh` for machines of one's own. */
export const clouds = [
  'aws',
  'azure',
  'cudo',
  'do',
  'fluidstack',
  'gcp',
  'hyperbolic',
  'ibm',
  'kubernetes',
  'lambda',
  'mithril',
  'nebius',
  'oci',
  'paperspace',
  'primeintellect',
  'runpod',
  'scp',
  'seeweb',
  'shadeform',
  'slurm',
  'ssh',
  'vast',
  'verda',
  'vsphere',
  'yotta',
] as const;

/** Where buckets live. `volume` mounts a disk instead of a bucket. */
export const stores = [
  's3',
  'gcs',
  'azure',
  'r2',
  'ibm',
  'oci',
  'nebius',
  'coreweave',
  'vastdata',
  'hf',
  'volume',
] as const;

/** How a bucket appears on a machine. */
export const storageModes = ['MOUNT', 'COPY', 'MOUNT_CACHED'] as const;

/** What a cached mount is tuned for. */
export const mountTypes = ['MODEL_CHECKPOINT_RO', 'MODEL_CHECKPOINT_RW', 'DATASET_RO', 'DATASET_RW'] as const;

export const diskTiers = ['low', 'medium', 'high', 'ultra', 'best', 'none'] as const;

export const networkTiers = ['standard', 'best'] as const;

export const loadBalancingPolicies = ['round_robin', 'least_load', 'instance_aware_least_load'] as const;

/** How a preempted job finds its next machine. `none` turns recovery off. */
export const recoveryStrategies = ['EAGER_NEXT_REGION', 'FAILOVER', 'none'] as const;

export const hookEvents = ['stop', 'preemption', 'down'] as const;

/** The name in `names` that a misspelt one was most likely meant to be, if any is near. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let fewest = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of names) {
    const edits = editDistance(wanted, candidate.toLowerCase());
    if (edits < fewest) [fewest, nearest] = [edits, candidate];
  }
  return nearest;
}

/** Levenshtein's distance, one row at a time. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const replaced = previous[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, previous[column]! + 1, current[column - 1]! + 1));
    }
    previous = current;
  }
  return previous[to.length]!;
}
