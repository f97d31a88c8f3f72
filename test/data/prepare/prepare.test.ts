import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConversations } from '../../../src/conversation/index.js';
import {
  ConversationSegmenter,
  type PrepareConfig,
  prepareDataset,
  type Reject,
  readPrepared,
  ShareGPTCleaner,
  type SupervisedExample,
  scrubPersonalData,
  superviseConversations,
} from '../../../src/data/index.js';
import { byteTokenizer } from '../../../src/testing/index.js';
import { directoryHashes } from '../../support/directory-hashes.js';
import { logRecords, writeLogs } from '../../support/prepare-logs.js';
import { temporaryDirectory } from '../../support/temporary.js';

const count = 150;

async function place(overrides: Partial<PrepareConfig> = {}) {
  const folder = await temporaryDirectory();
  const logs = await writeLogs(folder, count);
  const config = { ...logs, outputDirectory: join(folder, 'out'), maxTokens: 600, shardBytes: 20_000, ...overrides };
  return { folder, config };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function jsonLines(directory: string, ending: string): Promise<Record<string, unknown>[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(ending)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(directory, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n').filter(Boolean)).map((line) => JSON.parse(line));
}

describe('what is prepared', () => {
  it('is what reader, cleaner, segmenter and supervision make one after another: examples, rejects and counts', async () => {
    const { config } = await place({ keepConversations: true });
    const report = await prepareDataset(config, { workers: 2 }).result;

    const tokenizer = byteTokenizer();
    const { maxTokens, inputs } = config;
    const rejects: Reject[] = [];
    const cleaner = await ShareGPTCleaner.create();
    const cleaned = cleaner.clean(readConversations(inputs as string), { onReject: (reject) => rejects.push(reject) });
    const segmenter = await ConversationSegmenter.create({ maxTokens }, { tokenizer });
    const segmented = segmenter.segment(cleaned);
    const segments = await all(segmented);
    const supervised = superviseConversations(segments, { maxTokens }, { tokenizer });
    const examples: SupervisedExample[] = await all(supervised);

    expect(await all(readPrepared(config.outputDirectory))).toEqual(examples);
    expect(await jsonLines(config.outputDirectory, '.conversations.jsonl')).toEqual(segments);
    const lines = await jsonLines(config.outputDirectory, '.rejects.jsonl');
    expect(lines.filter(({ stage }) => stage === 'clean')).toEqual(
      rejects.map((reject) => ({ ...reject, stage: 'clean' })),
    );
    expect(report.cleaned).toEqual(await cleaned.result);
    expect(report.segmented).toEqual(await segmented.result);
    const { rejections: _, ...counts } = await supervised.result;
    expect(report.supervised).toEqual(counts);
    expect(report.cleaned.rejected).toMatchObject({ 'duplicate-id': 13, 'uses-plugin': 12, 'duplicate-text': 12 });
    expect(report.shards).toBeGreaterThan(3);
  });

  it('holds no personal data where that was asked for, as the stage alone leaves it', async () => {
    const { folder, config } = await place({ keepConversations: true, scrub: { kinds: ['e-mail'] } });
    const inputs = join(folder, 'letters.json');
    const turns = (number: number) => [
      { from: 'human', value: `Who is clerk ${number} of the harbour, and how do I write to her or him?` },
      { from: 'gpt', value: `Write to clerk${number % 2 === 0 ? `.${number}@harbour.net` : ''}, who answers letters.` },
    ];
    const letters = Array.from({ length: 20 }, (_, number) => ({ id: `${number}`, conversations: turns(number) }));
    await writeFile(inputs, JSON.stringify(letters));
    const report = await prepareDataset({ ...config, inputs }, { workers: 2 }).result;
    const cleaned = (await ShareGPTCleaner.create()).clean(readConversations(inputs));
    const alone = scrubPersonalData(cleaned, { kinds: ['e-mail'] });
    const texts = (await all(alone)).map(({ messages }) => messages);
    const kept = await jsonLines(config.outputDirectory, '.conversations.jsonl');
    expect(kept.map(({ messages }) => messages)).toEqual(texts);
    expect(report.scrubbed).toEqual(await alone.result);
    expect(report.scrubbed).toMatchObject({ conversations: 20, changed: 10, found: { 'e-mail': 10 } });
  });

  it('is the same to the byte for any number of workers', async () => {
    const { folder, config } = await place();
    const [one, three] = [join(folder, 'one'), join(folder, 'three')];
    await prepareDataset({ ...config, outputDirectory: one }, { workers: 1 }).result;
    await prepareDataset({ ...config, outputDirectory: three }, { workers: 3 }).result;
    expect(await directoryHashes(three)).toEqual(await directoryHashes(one));
  });

  it('holds every input, shard and count in its manifest, and nothing else is left', async () => {
    const { config } = await place();
    const run = readPrepared((await prepareDataset(config, { workers: 1 }).result).directory);
    const examples = await all(run);
    const manifest = await run.result;
    expect(manifest.plan).toMatchObject({ formatVersion: 1, config: { segmenter: { maxTokens: 600 } } });
    expect(manifest.plan.inputs).toEqual([
      { path: config.inputs, bytes: expect.any(Number), sha256: expect.any(String) },
    ]);
    expect(manifest.shards.reduce((sum, shard) => sum + shard.tokens, 0)).toBe(
      examples.reduce((sum, { tokens }) => sum + tokens.length, 0),
    );
    const files = manifest.shards.flatMap(({ files }) => Object.values(files).map(({ file }) => file));
    expect((await readdir(config.outputDirectory)).sort()).toEqual([...files, 'manifest.json'].sort());
  });

  it('is an empty set where no record is left', async () => {
    const { config } = await place();
    await writeFile(config.inputs as string, '[]');
    expect(await prepareDataset(config, { workers: 1 }).result).toMatchObject({
      shards: 1,
      supervised: { examples: 0 },
    });
    expect(await all(readPrepared(config.outputDirectory))).toEqual([]);
  });
});

describe('damaged records', () => {
  it.each(['lost quote in an array', 'broken line'])('are met as the reader meets them: %s', async (kind) => {
    const { config } = await place();
    const records = logRecords(20).map((record) => JSON.stringify(record));
    records[7] = kind === 'broken line' ? records[7]!.slice(0, -9) : records[7]!.replace('"human"', '"human');
    await writeFile(config.inputs as string, kind === 'broken line' ? records.join('\n') : `[${records.join(',\n')}]`);
    const error = await readConversations(config.inputs as string).result.catch((reason: unknown) => reason);
    await expect(prepareDataset(config, { workers: 2 }).result).rejects.toMatchObject({
      code: 'data-malformed',
      message: (error as Error).message,
    });
    const read = readConversations(config.inputs as string, { onBadRecord: 'skip' });
    const ids = (await all(read)).map(({ id }) => id);
    const report = await prepareDataset({ ...config, read: { onBadRecord: 'skip' } }, { workers: 2 }).result;
    const { records: met, conversations, skipped, skips } = await read.result;
    expect(report.read).toMatchObject({ records: met, conversations });
    expect(conversations).toBe(ids.length);
    const lines = await jsonLines(config.outputDirectory, '.rejects.jsonl');
    const left = lines.filter(({ stage }) => stage === 'read');
    expect(left).toHaveLength(skipped);
    expect(left[0]).toMatchObject({ reason: skips[0]!.reason, location: skips[0]!.examples[0]!.location });
  });
});

describe('a directory', () => {
  it('that is finished is only reported', async () => {
    const { config } = await place();
    const first = await prepareDataset(config, { workers: 1 }).result;
    const events = prepareDataset(config, { workers: 1 });
    expect(await all(events)).toEqual([]);
    expect(await events.result).toEqual({ ...first, reusedShards: first.shards });
  });

  it('of another job is refused, and the error names what differs', async () => {
    const { config } = await place();
    await prepareDataset(config, { workers: 1 }).result;
    await expect(prepareDataset({ ...config, maxTokens: 500 }, { workers: 1 }).result).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringContaining('config.segmenter.maxTokens: 600 there, 500 now'),
    });
    await writeFile(config.inputs as string, JSON.stringify(logRecords(3)));
    await expect(prepareDataset(config, { workers: 1 }).result).rejects.toThrow('inputs.0.sha256');
  });

  it('that lost bytes is not read, and the error names the file', async () => {
    const { config } = await place();
    await prepareDataset(config, { workers: 1 }).result;
    const shard = join(config.outputDirectory, '00001.examples');
    await truncate(shard, 100);
    await expect(all(readPrepared(config.outputDirectory))).rejects.toMatchObject({
      code: 'data-malformed',
      location: { file: shard },
    });
  });

  it('that is not finished is not read', async () => {
    await expect(all(readPrepared(await temporaryDirectory()))).rejects.toThrow('Run prepareDataset on it');
  });
});

describe('a run that is stopped', () => {
  it('rejects with the reason of the signal, and goes on to the same bytes', async () => {
    const { folder, config } = await place();
    const whole = join(folder, 'whole');
    await prepareDataset({ ...config, outputDirectory: whole }, { workers: 2 }).result;
    const stop = new AbortController();
    const run = prepareDataset(config, { workers: 2, signal: stop.signal });
    const reason = new Error('enough');
    const stopped = (async () => {
      for await (const event of run) if (event.type === 'shard-written' && event.name === '00001') stop.abort(reason);
    })();
    await expect(stopped).rejects.toBe(reason);
    expect((await readdir(config.outputDirectory)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const resumed = prepareDataset(config, { workers: 1 });
    const [first] = await all(resumed);
    expect(first).toMatchObject({ type: 'run-resumed', shards: 2 });
    expect(await resumed.result).toMatchObject({ reusedShards: 2 });
    expect(await directoryHashes(config.outputDirectory)).toEqual(await directoryHashes(whole));
  });

  it('refuses Parquet, which threads cannot share out by bytes, naming the file', async () => {
    const { folder, config } = await place();
    const inputs = join(folder, 'wildchat.parquet');
    await expect(prepareDataset({ ...config, inputs }).result).rejects.toThrow(/wildchat\.parquet: .*vicuna clean/);
  });

  it('ends with the error of its threads', async () => {
    const { folder, config } = await place();
    const missing = join(folder, 'nothing');
    await expect(prepareDataset({ ...config, tokenizer: missing }, { workers: 2 }).result).rejects.toMatchObject({
      code: 'tokenizer-unreadable',
      message: expect.stringContaining(missing),
    });
    // What failed before anything was done is no other job that is in the way.
    await expect(prepareDataset(config, { workers: 2 }).result).resolves.toMatchObject({ reusedShards: 0 });
  });
});
