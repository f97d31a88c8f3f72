import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exportFiles } from '../../conversation/index.js';
import { type CallOptions, DataError } from '../../core/index.js';
import { hashFile } from '../../io/index.js';
import type { PrepareSettings } from './config.js';

/** Raised when files come to have another form or other contents for the same plan. */
const FORMAT_VERSION = 1;

/** A file that was read. @public */
export interface PreparedInput {
  /** Where it was; another place with the same bytes is the same input. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** All that decides what comes out: equal plans make equal bytes. @public */
export interface PreparePlan {
  /** Tells the manifest from other JSON. */
  readonly format: 'vicuna-sdk prepared data';
  /** Raised when files come to have another form. */
  readonly formatVersion: number;
  /** Version of this package that made it. */
  readonly packageVersion: string;
  /** With its defaults. */
  readonly config: Readonly<Record<string, unknown>>;
  /** SHA-256 of the tokenizer's files. */
  readonly tokenizer: Readonly<Record<string, string>>;
  /** Files that were read, in their order. */
  readonly inputs: readonly PreparedInput[];
}

/** Reads every input once, for its hash. @throws VicunaError `file-unreadable`. */
export async function makePlan(settings: PrepareSettings, options: CallOptions): Promise<PreparePlan> {
  const { inputs: given, outputDirectory: _, tokenizer, ...config } = settings;
  const tokenizerHashes = await hashTokenizer(tokenizer);
  const paths = await inputFiles(given);
  const sizes = await Promise.all(paths.map(sizeOf));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const inputs: PreparedInput[] = [];
  let done = 0;
  for (const [index, path] of paths.entries()) {
    const sha256 = await hashFile(path, options.signal);
    inputs.push({ path, bytes: sizes[index]!, sha256 });
    done += sizes[index]!;
    options.onProgress?.({ phase: 'hash', done, total });
  }
  const plan: PreparePlan = {
    format: 'vicuna-sdk prepared data',
    formatVersion: FORMAT_VERSION,
    packageVersion: await packageVersion(),
    config,
    tokenizer: tokenizerHashes,
    inputs,
  };
  // As it will be read back.
  return JSON.parse(JSON.stringify(plan)) as PreparePlan;
}

/**
 * What differs between two plans, one line each; empty where they are the same job. Where an input lies does not count,
 * what is in it does.
 */
export function differences(there: PreparePlan, here: PreparePlan): string[] {
  return [...compare('', withoutPaths(there), withoutPaths(here))];
}

function withoutPaths({ inputs, ...plan }: PreparePlan): unknown {
  return { ...plan, inputs: inputs.map(({ bytes, sha256 }) => ({ bytes, sha256 })) };
}

function* compare(path: string, there: unknown, here: unknown): Generator<string> {
  if (isTree(there) && isTree(here)) {
    for (const name of new Set([...Object.keys(there), ...Object.keys(here)]))
      yield* compare(path === '' ? name : `${path}.${name}`, there[name], here[name]);
  } else if (there !== here) yield `${path}: ${shown(there)} there, ${shown(here)} now`;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 60 ? text : `${text.slice(0, 59)}…`;
}

async function inputFiles(given: readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const input of given) {
    if (input.endsWith('.parquet'))
      throw new DataError(
        { file: input },
        'data is prepared from JSON. Write it as that first: vicuna clean, or readConversations.',
      );
    const files = await exportFiles(input);
    paths.push(...(Array.isArray(files) ? (files as string[]) : [input]));
  }
  return paths;
}

async function sizeOf(path: string): Promise<number> {
  // A file that cannot be looked at cannot be opened either, which says why.
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

const tokenizerFiles = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'generation_config.json',
  'config.json',
];

async function hashTokenizer(path: string): Promise<Record<string, string>> {
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isDirectory) return existsSync(path) ? { 'tokenizer.json': await hashFile(path) } : {};
  const present = tokenizerFiles.filter((name) => existsSync(join(path, name)));
  return Object.fromEntries(await Promise.all(present.map(async (name) => [name, await hashFile(join(path, name))])));
}

async function packageVersion(): Promise<string> {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** @throws DataError where a file is not what its hash was taken of: it was written to meanwhile. */
export async function assertUnchanged(inputs: readonly PreparedInput[]): Promise<void> {
  for (const { path, bytes } of inputs)
    if ((await sizeOf(path)) !== bytes)
      throw new DataError(
        { file: path },
        'it was changed while it was read. Run again, into another directory, once nothing writes to it.',
      );
}
