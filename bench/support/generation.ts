import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { WeightFormat } from '../../src/model/index.js';
import { sharedData } from '../../test/support/shared-data.js';
import { ensureBuilt } from './built-package.js';
import type { Size } from './sizes.js';

/** What one process is to generate. */
export interface GenerationJob {
  /** Directory of ours, file of llama.cpp's. */
  readonly model: string;
  readonly threads: number;
  /** Tokens of a prompt, and of a reply. */
  readonly prompt: number;
  readonly new: number;
  readonly vocabulary: number;
  /** Sequences at once. */
  readonly batches: readonly number[];
  /** Passes timed, after one that is not. */
  readonly repeats: number;
}

/** Tokens a second of one pass. */
export interface Pass {
  readonly prefill: number;
  readonly decode: number;
  /** What the first sequence answered. */
  readonly drawn: readonly number[];
}

export interface GenerationFigures {
  /** What computed, and how. */
  readonly what: string;
  readonly batches: readonly { readonly batch: number; readonly passes: readonly Pass[] }[];
}

export interface OurFigures extends GenerationFigures {
  /** Of the weights in memory. */
  readonly bytes: number;
  /** Bytes a second that as many threads read from memory. */
  readonly bandwidth: number;
}

const { VICUNA_PYTHON: python, VICUNA_PEER_MODULES: modules } = process.env;
const script = sharedData('data/peers/generate_torch.py');

export const isTorchHere = python !== undefined && script !== undefined;
/** It needs Python too, to write its files. */
export const isLlamaHere =
  python !== undefined && modules !== undefined && existsSync(join(modules, 'node-llama-cpp/package.json'));

export async function generateOurs(job: GenerationJob & { readonly weights: WeightFormat }): Promise<OurFigures> {
  await ensureBuilt();
  return lastLine(process.execPath, [child('generation-child.mjs'), '--child', JSON.stringify(job)]);
}

/** @param exact - keep keys and values as float32 too, where llama.cpp's default is float16. */
export async function generateLlama(job: GenerationJob, exact = false): Promise<GenerationFigures> {
  return lastLine(process.execPath, [child('llama-child.mjs'), '--child', JSON.stringify({ ...job, exact })]);
}

/** Weights of its own: the numbers do not matter to its speed. */
export async function generateTorch(
  job: Omit<GenerationJob, 'model'>,
  size: Size,
  dtype: 'float32' | 'bfloat16',
): Promise<GenerationFigures> {
  const { dim, layers, heads, kv, ffn, vocab } = size;
  const options = { dim, layers, heads, kv, ffn, vocab, dtype, threads: job.threads, prompt: job.prompt, new: job.new };
  const { stdout } = await promisify(execFile)(python!, [
    script!,
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    // Once: each pass is generated twice, the second time through transformers' own loop, and is slow enough to be timed well.
    ...['--batches', job.batches.join(','), '--repeat', '1'],
  ]);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return {
    what: `torch ${lines[0].torch}, transformers ${lines[0].transformers}, eager, attention ${lines[0].attn}`,
    batches: lines.map((line) => ({
      batch: line.batch,
      passes: [{ prefill: line.prefill_tokens_per_s, decode: line.decode_tokens_per_s, drawn: [] }],
    })),
  };
}

/** Writes a saved model as GGUF. */
export async function toGguf(directory: string, file: string, form: string): Promise<void> {
  const converter = fileURLToPath(new URL('../peers/to_gguf.py', import.meta.url));
  await promisify(execFile)(python!, [converter, directory, file, form]);
}

function child(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

async function lastLine<Line>(command: string, parameters: readonly string[]): Promise<Line> {
  const { stdout } = await promisify(execFile)(command, parameters);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Line;
}
