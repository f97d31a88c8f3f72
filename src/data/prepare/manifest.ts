import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError } from '../../core/index.js';
import { fileError } from '../../io/index.js';
import type { PrepareCounts } from './counts.js';
import type { PreparePlan } from './plan.js';
import type { ShardFile } from './shard.js';

/** Its presence says that a data set is whole. */
export const manifestFile = 'manifest.json';

/** What a prepared data set is made of, and what it holds: `manifest.json`. @public */
export interface PreparedManifest {
  /** What it was made of, and how. */
  readonly plan: PreparePlan;
  /** What became of the inputs. */
  readonly counts: PrepareCounts;
  /** In the order of the inputs. */
  readonly shards: readonly {
    readonly name: string;
    readonly files: {
      /** Token ids and labels, for `readPrepared`. */
      readonly examples: ShardFile;
      /** JSON Lines of what was left out of it, and why. */
      readonly rejects: ShardFile;
      /** With `keepConversations`. */
      readonly conversations?: ShardFile;
    };
    readonly examples: number;
    readonly tokens: number;
    readonly supervisedTokens: number;
  }[];
}

/** Whether a directory holds shards, be the data set whole or not. */
export function holdsShards(directory: string): boolean {
  return existsSync(join(directory, '00000.examples'));
}

/** @returns `undefined` where there is none. @throws DataError where it is no manifest. */
export async function readManifest(directory: string): Promise<PreparedManifest | undefined> {
  const path = join(directory, manifestFile);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError('file-unreadable', path, error);
  }
  const manifest = parse(text);
  if (manifest?.plan?.format === 'vicuna-sdk prepared data' && Array.isArray(manifest.shards)) return manifest;
  throw new DataError({ file: path }, 'this is no manifest of prepared data. Delete the directory, or name another.');
}

function parse(text: string): PreparedManifest | undefined {
  try {
    return JSON.parse(text) as PreparedManifest;
  } catch {
    return undefined;
  }
}
