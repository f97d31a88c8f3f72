import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ConfigError, type Source } from '../core/index.js';
import type { PreparedManifest, SupervisedExample } from '../data/index.js';
import type { VicunaModel } from '../model/index.js';

/**
 * Opens what `vicuna prepare` made, where one of the words names such a directory.
 *
 * @returns `undefined` where none does.
 * @throws ConfigError where it stands beside other data, or was made for another tokenizer or template than the model's.
 */
export async function openPrepared(
  words: readonly string[],
  modelDirectory: string,
  model: VicunaModel,
): Promise<Source<SupervisedExample> | undefined> {
  const directory = words.find((word) => existsSync(join(word, 'manifest.json')));
  if (directory === undefined) return undefined;
  const { readManifest, readPrepared } = await import('../data/index.js');
  const manifest = await readManifest(directory);
  if (manifest === undefined) return undefined;
  const problem = words.length > 1 ? 'is trained on alone: prepare all files together' : undefined;
  const message = problem ?? (await differenceOf(manifest, modelDirectory, model));
  if (message === undefined) return readPrepared(directory);
  throw new ConfigError('The command line', [
    { path: '<data...>', message: `${directory} holds prepared data, which ${message}` },
  ]);
}

async function differenceOf(
  { plan }: PreparedManifest,
  modelDirectory: string,
  { template }: VicunaModel,
): Promise<string | undefined> {
  const { hashFile } = await import('../io/index.js');
  const again = `prepare it again with --tokenizer ${modelDirectory}`;
  const file = join(modelDirectory, 'tokenizer.json');
  const made = plan.tokenizer['tokenizer.json'];
  if (existsSync(file) && (await hashFile(file)) !== made)
    return `was tokenised by another tokenizer than the model's: ${again}`;
  const { segmenter } = plan.config as { segmenter: { template: { name: string } } };
  // As it is read back from JSON.
  if (isDeepStrictEqual(segmenter.template, JSON.parse(JSON.stringify(template)))) return undefined;
  return `is written in the template ${segmenter.template.name}, and the model's is ${template.name}: ${again}`;
}
