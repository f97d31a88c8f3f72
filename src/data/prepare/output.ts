import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DataError, VicunaError } from '../../core/index.js';
import { fileError, hashFile, KeyedLog, type LogEntry, writeFileAtomic } from '../../io/index.js';
import { KnownConversations } from '../cleaner/index.js';
import { addCounts, noCounts, type PrepareCounts } from './counts.js';
import { manifestFile, type PreparedManifest, readManifest } from './manifest.js';
import { differences, type PreparePlan } from './plan.js';
import type { ShardFile, WrittenShard } from './shard.js';

const planFile = 'plan.json';
const progressFile = 'progress.jsonl';

/** A shard that is done. */
export interface ProgressEntry extends LogEntry, WrittenShard {}

/**
 * The directory of a data set while it is made: the plan, then shards, each followed by a line of progress once all its
 * files are on the disk. What no line speaks of does not count, and is removed.
 */
export class PrepareOutput implements AsyncDisposable {
  readonly directory: string;
  readonly #plan: PreparePlan;
  readonly #progress: KeyedLog<ProgressEntry>;
  readonly #shards: ProgressEntry[];

  private constructor(
    directory: string,
    plan: PreparePlan,
    progress: KeyedLog<ProgressEntry>,
    shards: ProgressEntry[],
  ) {
    this.directory = directory;
    this.#plan = plan;
    this.#progress = progress;
    this.#shards = shards;
  }

  /**
   * Begins, goes on, or finds that all was done before. A job of which no shard is done binds nobody: it may have failed
   * for the very setting that is different now.
   *
   * @throws DataError where the directory holds another job, saying what differs, or a file of a finished shard is not
   * what it was.
   */
  static async open(directory: string, plan: PreparePlan): Promise<PrepareOutput | PreparedManifest> {
    try {
      await mkdir(directory, { recursive: true });
    } catch (error) {
      throw fileError('file-unwritable', directory, error);
    }
    const manifest = await readManifest(directory);
    if (manifest !== undefined) {
      assertSame(directory, manifest.plan, plan);
      await removeTraces(directory);
      return manifest;
    }
    const begun = await readPlan(directory);
    const parse = (value: unknown) => value as ProgressEntry;
    const progress = await KeyedLog.open<ProgressEntry>(join(directory, progressFile), { parse, flushWithin: 0 });
    try {
      const shards: ProgressEntry[] = [];
      for await (const entry of progress) shards.push(entry);
      const binding = shards.length > 0 ? begun : undefined;
      if (binding !== undefined) assertSame(directory, binding, plan);
      else await writeFileAtomic(join(directory, planFile), `${JSON.stringify(plan, null, 2)}\n`);
      await removeStrangers(directory, shards);
      for (const { files } of shards) for (const file of Object.values(files)) await assertWhole(directory, file);
      return new PrepareOutput(directory, binding ?? plan, progress, shards);
    } catch (error) {
      await progress[Symbol.asyncDispose]();
      throw error;
    }
  }

  get shards(): readonly ProgressEntry[] {
    return this.#shards;
  }

  /** Of all shards. */
  get counts(): PrepareCounts {
    const total = noCounts();
    for (const { counts } of this.#shards) addCounts(total, counts);
    return total;
  }

  /** The conversations that the shards have made known. */
  async known(): Promise<KnownConversations> {
    const known = new KnownConversations();
    for (const { files } of this.#shards) {
      const lines = (await readFile(join(this.directory, files.known!.file), 'utf8')).split('\n');
      for (const line of lines) {
        if (line === '') continue;
        const [id, high, low] = JSON.parse(line) as [string, number, number];
        known.add({ id, opening: [high, low] });
      }
    }
    return known;
  }

  /** Takes a shard for done, whose files are in their places. */
  async add(key: string, shard: WrittenShard): Promise<void> {
    const entry = { key, ...shard };
    await this.#progress.append(entry);
    this.#shards.push(entry);
  }

  /** Writes the manifest; the directory then is a data set. */
  async finish(): Promise<PreparedManifest> {
    const shards = this.#shards.map(({ key: name, files: { known: _, ...files }, counts }) => ({
      name,
      files: files as PreparedManifest['shards'][number]['files'],
      examples: counts.supervised.examples,
      tokens: counts.supervised.tokens,
      supervisedTokens: counts.supervised.supervisedTokens,
    }));
    const manifest: PreparedManifest = { plan: this.#plan, counts: this.counts, shards };
    await writeFileAtomic(join(this.directory, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
    await this[Symbol.asyncDispose]();
    await removeTraces(this.directory);
    return manifest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#progress[Symbol.asyncDispose]();
  }
}

async function readPlan(directory: string): Promise<PreparePlan | undefined> {
  const path = join(directory, planFile);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as PreparePlan;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError)
      throw new DataError({ file: path }, 'it is not JSON. Delete the directory, or name another.', { cause: error });
    throw fileError('file-unreadable', path, error);
  }
}

function assertSame(directory: string, there: PreparePlan, here: PreparePlan): void {
  const different = differences(there, here);
  if (different.length === 0) return;
  throw new VicunaError(
    'config-invalid',
    `${directory} holds data of another job:\n${different.map((line) => `  ${line}`).join('\n')}\nName another output directory, or delete this one.`,
  );
}

/** Files of shards that were being written, whole or not. */
async function removeStrangers(directory: string, shards: readonly ProgressEntry[]): Promise<void> {
  const names = new Set(shards.flatMap(({ files }) => Object.values(files).map(({ file }) => file)));
  for (const name of await readdir(directory))
    if (ours.test(name) && !names.has(name)) await rm(join(directory, name), { force: true });
}

const ours = /^(?:\d{5,}\.(?:examples|(?:conversations|rejects|known)\.jsonl)|\.(?:\d{5,}|manifest|plan)\..*\.tmp)$/;

async function removeTraces(directory: string): Promise<void> {
  const traces = new RegExp(`^(?:${planFile}|${progressFile}|\\d{5,}\\.known\\.jsonl|\\..*\\.[\\da-f]{12}\\.tmp)$`);
  for (const name of await readdir(directory)) if (traces.test(name)) await rm(join(directory, name), { force: true });
}

/** @throws DataError where the file is gone or is not what was written. */
export async function assertWhole(directory: string, { file, sha256 }: ShardFile): Promise<void> {
  const path = join(directory, file);
  const found = await hashFile(path);
  if (found === sha256) return;
  throw new DataError(
    { file: path },
    `it is not what was written: its SHA-256 is ${found}, not ${sha256}. Delete ${directory} and prepare the data again.`,
  );
}
