import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { python } from './python.js';
import { projectDirectory } from './shared-data.js';

const run = promisify(execFile);
const modules = process.env.VICUNA_PEER_MODULES;

/** Whether VICUNA_PEER_MODULES names a folder with node-llama-cpp. */
export const isLlamaHere = modules !== undefined && existsSync(join(modules, 'node-llama-cpp/package.json'));
if (!isLlamaHere) process.stderr.write('skipped: VICUNA_PEER_MODULES names no folder with node-llama-cpp\n');

const library = isLlamaHere ? findLibrary() : undefined;
/** Whether llama.cpp can be asked to store a model in other types: through its library, which Python calls. */
export const canQuantize = library !== undefined && python !== undefined;
if (!canQuantize) process.stderr.write("skipped: llama.cpp's library, or a Python to call it with, is missing\n");

/** What llama.cpp is asked about one file. */
export interface LlamaJob {
  readonly model: string;
  /** To be tokenised. */
  readonly texts: readonly string[];
  /** To be gone on from, greedily. */
  readonly prompts: readonly (readonly number[])[];
  /** Most tokens of a reply. */
  readonly count: number;
}

export interface LlamaAnswer {
  readonly ids: readonly (readonly number[])[];
  readonly replies: readonly { readonly ids: readonly number[]; readonly text: string }[];
  readonly tokens: {
    readonly bos: number | null;
    readonly eos: number | null;
    readonly shouldPrependBosToken: boolean;
  };
}

/** Asks llama.cpp, in a process of its own. */
export async function askLlama(jobs: readonly LlamaJob[]): Promise<LlamaAnswer[]> {
  const script = join(projectDirectory, 'test/support/llama-cpp.mjs');
  const { stdout } = await run(process.execPath, [script, modules!, JSON.stringify(jobs)], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1)!).output;
}

/** Numbers of llama.cpp's file types. */
const fileTypes = { Q4_0: 2, Q4_1: 3, Q4_K_M: 15, Q6_K: 18 } as const;
export type LlamaFileType = keyof typeof fileTypes;
export const llamaFileTypes = Object.keys(fileTypes) as LlamaFileType[];

/** Lets llama.cpp store a file in other types. @param fileOf - where each goes. */
export async function quantizeWithLlama(source: string, fileOf: (type: LlamaFileType) => string): Promise<void> {
  const targets = Object.fromEntries(llamaFileTypes.map((type) => [fileOf(type), fileTypes[type]]));
  const script = join(projectDirectory, 'test/support/python/quantize_gguf.py');
  const env = { ...process.env, LD_LIBRARY_PATH: join(library!, '..') };
  const { stdout } = await run(python!, [script, JSON.stringify({ library, source, targets })], { env });
  const codes = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, number>;
  const failed = Object.keys(codes).filter((target) => codes[target] !== 0);
  if (failed.length > 0) throw new Error(`llama.cpp did not write ${failed.join(', ')}`);
}

function findLibrary(): string | undefined {
  const platform = `${process.platform}-${process.arch}`;
  const folder = join(modules!, '@node-llama-cpp', platform, 'bins', platform);
  const name = existsSync(folder) && readdirSync(folder).find((file) => /^libllama\.(v[\d.]+\.)?so$/.test(file));
  return name ? join(folder, name) : undefined;
}
