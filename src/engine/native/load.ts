import { execFile } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { NativeAddon } from './addon.js';
import { platformName } from './platform.js';

/** No native engine here, and why: the end of a sentence. */
export class NativeMissing extends Error {}

/** Path of another binary than the package's own: one built elsewhere, or with sanitizers. */
const OVERRIDE = 'VICUNA_NATIVE_BINARY';
/** Remembers in this process, its workers and its children which file was found to work. */
const PROBED = 'VICUNA_NATIVE_PROBED';
const PROBE_TIMEOUT = 20_000;

/** Loads the addon and computes with it, as the engine would: what cannot run here ends this child and nobody else. */
const PROBE = `
const addon = require(process.argv[1]);
const engine = addon.createEngine(2, addon.instructionSets()[0]);
addon
  .upload(engine, new Float32Array(1000).fill(2))
  .then((memory) => addon.sumOfSquares(engine, memory))
  .then((sum) => process.exit(sum === 4000 ? 0 : 3));
`;

/**
 * Loads the addon that came with this package, or the one that VICUNA_NATIVE_BINARY names.
 *
 * @throws NativeMissing
 */
export async function loadAddon(file = process.env[OVERRIDE] ?? packagedAddon()): Promise<NativeAddon> {
  if (!existsSync(file)) throw new NativeMissing(`this package has no binary for ${platformName()} (${file})`);
  const identity = `${file}:${statSync(file).mtimeMs}`;
  if (process.env[PROBED] !== identity) {
    await probe(file);
    process.env[PROBED] = identity;
  }
  return createRequire(import.meta.url)(file) as NativeAddon;
}

/** Where the binary for this platform is: found from the package's root, since bundling moves this file. */
function packagedAddon(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return join(folder, 'prebuilds', platformName(), 'vicuna.node');
}

async function probe(file: string): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, ['-e', PROBE, file], {
      timeout: PROBE_TIMEOUT,
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: '' },
    });
  } catch (error) {
    throw new NativeMissing(`${file} does not run here: ${describe(error)}`);
  }
}

function describe(error: unknown): string {
  const { signal, stderr, message } = error as { signal?: string; stderr?: string; message?: string };
  if (signal) return `it ended with ${signal}`;
  const line = stderr?.split('\n').find((text) => text.startsWith('Error: '));
  return line?.slice('Error: '.length) ?? message ?? String(error);
}
