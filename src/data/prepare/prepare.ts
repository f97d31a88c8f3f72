import { availableParallelism } from 'node:os';
import { mapInOrder, parseConfig, type Run, startRun } from '../../core/index.js';
import { recordBatches } from './batches.js';
import {
  type PrepareConfig,
  type PrepareOptions,
  type PrepareSettings,
  prepareConfigSchema,
  workersSchema,
} from './config.js';
import type { PrepareCounts } from './counts.js';
import type { PreparedManifest } from './manifest.js';
import { PrepareOutput } from './output.js';
import { assertUnchanged, makePlan, type PreparePlan } from './plan.js';
import { PreparePool } from './pool.js';
import type { RecordBatch } from './protocol.js';
import { settleRecord } from './settle-record.js';
import { ShardWriter } from './shard.js';

/** What happens while data is prepared. @public */
export type PrepareEvent =
  /** An interrupted run is gone on with: so much was done. */
  | { readonly type: 'run-resumed'; readonly shards: number; readonly records: number }
  /** A shard is on the disk, whatever happens from now on. */
  | {
      readonly type: 'shard-written';
      readonly name: string;
      readonly records: number;
      readonly examples: number;
      readonly tokens: number;
    };

/** What became of the inputs. @public */
export interface PrepareReport extends PrepareCounts {
  /** Where the data set is, for `readPrepared`. */
  readonly directory: string;
  /** Shards of the data set. */
  readonly shards: number;
  /** Shards that were there before. */
  readonly reusedShards: number;
}

/**
 * Reads, cleans, cuts and tokenises files of any size on all cores, and leaves a directory to train from (see
 * {@link readPrepared}): shards of token ids and labels, every reject with its reason, and `manifest.json` with the hashes
 * of all that went in and came out. Decisions and counts are those of `readConversations`, `ShareGPTCleaner`,
 * `ConversationSegmenter` and `superviseConversations` one after another; bytes are the same for any number of workers.
 *
 * Killed at any instant, the same call goes on after the last whole shard; when all is done it only reports.
 *
 * @example
 * ```ts
 * const run = prepareDataset({ inputs: 'sharegpt.json', tokenizer: 'llama/', outputDirectory: 'prepared' });
 * for await (const event of run) if (event.type === 'shard-written') console.log(event.name, event.tokens);
 * await trainer.trainExamples(readPrepared('prepared')).result;
 * ```
 *
 * @throws ConfigError, TokenizerError
 * @throws VicunaError `config-invalid` where the directory holds another job, naming what differs; `file-unreadable`,
 * `file-unwritable`; `worker-lost` where a thread dies.
 * @throws DataError for a damaged record, unless `read.onBadRecord` is `'skip'`, and for files of finished shards or inputs
 * that somebody changed.
 * @public
 */
export function prepareDataset(config: PrepareConfig, options: PrepareOptions = {}): Run<PrepareEvent, PrepareReport> {
  const settings = parseConfig(prepareConfigSchema, config, 'prepareDataset config');
  const { signal: own, onProgress, ...rest } = options;
  const { workers = availableParallelism() } = parseConfig(workersSchema, rest, 'prepareDataset options');
  return startRun<PrepareEvent, PrepareReport>(
    async function* (signal) {
      const plan = await makePlan(settings, { signal, onProgress });
      const opened = await PrepareOutput.open(settings.outputDirectory, plan);
      if (!(opened instanceof PrepareOutput)) return reportOf(settings, opened, opened.shards.length);
      await using output = opened;
      const { records } = output.counts.read;
      const reused = output.shards.length;
      if (reused > 0) yield { type: 'run-resumed', shards: reused, records };
      yield* writeShards(output, plan, settings, { workers, signal, onProgress });
      await assertUnchanged(plan.inputs);
      return reportOf(settings, await output.finish(), reused);
    },
    { signal: own },
  );
}

interface Call extends Pick<PrepareOptions, 'onProgress'> {
  readonly workers: number;
  readonly signal: AbortSignal;
}

async function* writeShards(
  output: PrepareOutput,
  { inputs }: PreparePlan,
  settings: PrepareSettings,
  { workers, signal, onProgress }: Call,
): AsyncGenerator<PrepareEvent, void, undefined> {
  const settlement = { known: await output.known(), onBadRecord: settings.read.onBadRecord };
  const total = inputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const batches = recordBatches(
    inputs.map(({ path }) => path),
    {
      settings: settings.read,
      skip: output.counts.read.records,
      signal,
      onRead: (done) => onProgress?.({ phase: 'prepare', done, total }),
    },
  );
  await using pool = await PreparePool.start(workers, settings, signal);
  // One for each thread to work on, one for it to go on with, and some that are done and wait for an earlier one.
  const prepareBatch = async (batch: RecordBatch) => ({ found: batch.records, ...(await pool.prepare(batch)) });
  const prepared = mapInOrder(batches, prepareBatch, { window: 3 * workers + 1, signal });
  const begin = () =>
    ShardWriter.create(output.directory, String(output.shards.length).padStart(5, '0'), settings.keepConversations);
  let shard = await begin();
  try {
    for await (const { found, records, bytes } of prepared)
      for (const [index, record] of records.entries()) {
        await settleRecord(record, bytes, shard, settlement);
        const place = found[index]!;
        if ('start' in place) shard.inputBytes += place.end - place.start;
        if (shard.inputBytes < settings.shardBytes) continue;
        yield await finishShard(shard, output);
        shard = await begin();
      }
    // No data at all is a shard too: an empty set can be told from a missing one.
    if (shard.counts.read.records > 0 || output.shards.length === 0) yield await finishShard(shard, output);
  } finally {
    await shard.discard();
  }
}

async function finishShard(shard: ShardWriter, output: PrepareOutput): Promise<PrepareEvent> {
  await output.add(shard.name, await shard.commit());
  const { read, supervised } = shard.counts;
  const { examples, tokens } = supervised;
  return { type: 'shard-written', name: shard.name, records: read.records, examples, tokens };
}

function reportOf(
  settings: PrepareSettings,
  { counts, shards }: PreparedManifest,
  reusedShards: number,
): PrepareReport {
  return { ...counts, directory: settings.outputDirectory, shards: shards.length, reusedShards };
}
