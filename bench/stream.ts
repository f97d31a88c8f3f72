// Claim: a file of any size streams through in bounded memory, at several times the speed of a general streaming parser.
// Writes a ShareGPT file of saved pages to a temporary folder (1 GB, VICUNA_BENCH_BYTES for another size) and removes it.
// stream-json is compared where it is installed: in VICUNA_PEER_MODULES (a node_modules folder) or beside the project.
import { fork } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readConversations } from '../src/conversation/index.js';
import { Random } from '../src/core/index.js';
import { alternate, ratios, summarise } from './support/measure.js';
import { peakBytes } from './support/peak-memory.mjs';
import { writeShareGPTPages } from './support/share-gpt-pages.js';

/**
 * What is measured: each takes the file and returns how many records it saw. Each runs in a process of its own.
 */
const pipelines: Readonly<Record<string, (path: string) => Promise<number>>> = {
  'nothing (the process itself)': async () => 0,
  readConversations: async (path) => count(readConversations(path)),
  'JSON.parse of slices': parseSlices,
  'stream-json': withStreamJson,
};

async function count(items: AsyncIterable<unknown>): Promise<number> {
  let seen = 0;
  for await (const _ of items) seen++;
  return seen;
}

/** The floor: slices whose bounds are known beforehand, read and parsed, nothing else. */
async function parseSlices(path: string): Promise<number> {
  const lengths = new Uint32Array((await readFile(`${path}.lengths`)).buffer);
  const file = await open(path);
  let offset = 2;
  for (const length of lengths) {
    const { buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
    JSON.parse(buffer.toString());
    offset += length + 2;
  }
  await file.close();
  return lengths.length;
}

async function withStreamJson(path: string): Promise<number> {
  const { default: streamArray } = await import(pathToFileURL(streamJson()!).href);
  return count(createReadStream(path, { highWaterMark: 1024 * 1024 }).pipe(streamArray.withParserAsStream()));
}

function streamJson(): string | undefined {
  const folders = [process.env.VICUNA_PEER_MODULES, fileURLToPath(new URL('../node_modules', import.meta.url))];
  const paths = folders.map((folder) => join(folder ?? '', 'stream-json/src/streamers/stream-array.js'));
  return paths.find((path) => existsSync(path));
}

interface Figures {
  readonly seconds: number;
  /** Processor time of all threads: what stays the same when others use the machine. */
  readonly processorSeconds: number;
  /** Largest resident size of the process, in MB. */
  readonly peak: number;
  readonly records: number;
}

async function child(name: string, path: string): Promise<void> {
  const started = performance.now();
  const before = process.cpuUsage();
  const records = await pipelines[name]!(path);
  const used = process.cpuUsage(before);
  const seconds = (performance.now() - started) / 1000;
  const processorSeconds = (used.user + used.system) / 1e6;
  process.send!({ seconds, processorSeconds, peak: (await peakBytes()) / 1e6, records } satisfies Figures);
  process.disconnect();
}

function measure(name: string, path: string): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const own = fork(fileURLToPath(import.meta.url), ['child', name, path]);
    let figures: Figures | undefined;
    own.on('message', (message) => {
      figures = message as Figures;
    });
    own.on('exit', (code) => (figures ? resolve(figures) : reject(new Error(`${name} failed with code ${code}`))));
  });
}

async function main(): Promise<void> {
  const bytes = Number(process.env.VICUNA_BENCH_BYTES ?? 1e9);
  const folder = await mkdtemp(join(tmpdir(), 'vicuna-stream-'));
  try {
    const path = join(folder, 'pages.json');
    const written = await writeShareGPTPages(path, bytes, Random.fromSeed(1));
    console.log(`${(written.bytes / 1e6).toFixed(0)} MB, ${written.records} conversations`);
    await compare(path, written);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compare(path: string, written: { readonly bytes: number; readonly records: number }): Promise<void> {
  const figures = new Map<string, Figures[]>();
  const contestants = Object.keys(pipelines).filter((name) => name !== 'stream-json' || streamJson() !== undefined);
  const speed = (name: string) => async () => {
    const of = await measure(name, path);
    if (of.records !== 0 && of.records !== written.records)
      throw new Error(`${name} saw ${of.records} conversations of ${written.records}`);
    figures.set(name, [...(figures.get(name) ?? []), of]);
    return of.seconds;
  };
  const seconds = await alternate(Object.fromEntries(contestants.map((name) => [name, speed(name)])), { rounds: 3 });
  const megabytes = written.bytes / 1e6;
  for (const name of contestants) {
    const all = figures.get(name)!;
    const peak = `peak ${Math.max(...all.map((of) => of.peak)).toFixed(0)} MB`;
    if (name.startsWith('nothing')) {
      console.log(`${name}: ${peak}`);
      continue;
    }
    const { minimum, median } = summarise(seconds[name]!);
    const processor = summarise(all.map((of) => of.processorSeconds)).minimum;
    const ratio = summarise(ratios(seconds[name]!, seconds.readConversations!)).median;
    const rates = [median, minimum, processor].map((time) => (megabytes / time).toFixed(0));
    console.log(
      `${name}: median ${rates[0]}, best ${rates[1]} MB/s, ${rates[2]} MB per processor second, ${peak}, takes ${ratio.toFixed(2)}x our time`,
    );
  }
  if (streamJson() === undefined) console.log('stream-json is not installed; VICUNA_PEER_MODULES can say where it is.');
}

await (process.argv[2] === 'child' ? child(process.argv[3]!, process.argv[4]!) : main());
