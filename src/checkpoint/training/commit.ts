import { join } from 'node:path';
import { VicunaError } from '../../core/index.js';
import { removeCheckpoint } from './directory.js';
import { buildManifest } from './manifest.js';
import { writeMarker } from './marker.js';
import type { CheckpointBlock } from './pieces.js';
import type { Retention } from './retention.js';
import type { SavePlan } from './save-plan.js';
import { verifyLength } from './verify.js';

export interface Written {
  readonly path: string;
  readonly plan: SavePlan;
  /** SHA-256 of the ranks' files, by rank. */
  readonly hashes: readonly string[];
  readonly blocks: readonly CheckpointBlock[];
}

/** What rank 0 does when every rank's file is on the disk. On failure nothing of the checkpoint is left. */
export async function commitSave({ path, plan, hashes, blocks }: Written, retention: Retention): Promise<void> {
  const sequence = retention.nextSequence;
  try {
    const layouts = hashes.map((_, rank) => plan.layoutOf(rank));
    const manifest = buildManifest({ sequence, state: plan.state, blocks, layouts, hashes });
    for (const [rank, file] of manifest.files.entries())
      await verifyLength(path, file).catch((cause: unknown) => {
        const problem = `rank ${rank} wrote it, but rank 0 does not find it whole. Name a directory that all ranks share.`;
        throw new VicunaError('file-unwritable', `${join(path, file.name)}: ${problem}`, { cause });
      });
    await writeMarker(path, manifest);
  } catch (error) {
    await removeCheckpoint(path).catch(() => undefined);
    throw error;
  }
  await retention.add(path, sequence);
}
