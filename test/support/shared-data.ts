import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** Root of the checkout. */
export const projectDirectory = root;

/** Numeric goldens of Hugging Face transformers, which the project ships. */
export const numericsDirectory = join(root, 'test/fixtures/numerics');

/**
 * A folder of reference data that may not be copied into the project: real pages, real conversations, a real
 * tokenizer. Found through VICUNA_SHARED or beside the checkout.
 *
 * @returns `undefined` where it is missing; pass that to `describe.skipIf` after saying so.
 */
export function sharedData(relative: string): string | undefined {
  const base = process.env.VICUNA_SHARED ?? join(root, '../shared');
  const path = join(base, relative);
  if (existsSync(path)) return path;
  process.stderr.write(`skipped: no ${relative} under ${process.env.VICUNA_SHARED ? 'VICUNA_SHARED' : '../shared'}\n`);
  return undefined;
}
