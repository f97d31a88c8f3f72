import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlockLayout, loraBlocks, type ModelShape, type ResolvedLoraConfig } from '../../engine/index.js';
import { writeDirectoryAtomically } from '../atomic-directory.js';
import { SafetensorsFile } from '../safetensors/reader.js';
import { writeSafetensors } from '../safetensors/writer.js';
import { formatAdapterConfig } from './config.js';
import { CONFIG_FILE, OWN_MARK, WEIGHTS_FILE } from './files.js';

export interface WriteAdapterOptions {
  /** Name or directory of the model it belongs to; peft looks there where it is given none. */
  readonly baseModel?: string | undefined;
  /** Replace an adapter that this package did not write. @defaultValue `false` */
  readonly overwrite?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes an adapter as peft does. The directory appears whole or not at all, also in the place of an adapter that was
 * written here before.
 *
 * @param read - the flat vector of a layer, laid out as in {@link loraBlocks}; called once for each, in order.
 * @throws VicunaError `file-unwritable` where something else is in the way.
 */
export async function writeAdapter(
  directory: string,
  { shape, lora }: { readonly shape: ModelShape; readonly lora: ResolvedLoraConfig },
  read: (layer: number) => Promise<Float32Array> | Float32Array,
  options: WriteAdapterOptions = {},
): Promise<void> {
  const { baseModel, overwrite = false, signal } = options;
  const tensors = loraBlocks(shape, lora).flatMap((block) =>
    block.parameters.map((parameter) => ({ ...parameter, block })),
  );
  const config = JSON.stringify(formatAdapterConfig(lora, baseModel), null, 2);
  await writeDirectoryAtomically(directory, { overwrite, owns, mayReplace: isOurs }, async (staging) => {
    await writeFile(join(staging, CONFIG_FILE), `${config}\n`);
    let current: { readonly block: BlockLayout; readonly values: Float32Array } | undefined;
    const valuesOf = async ({ block, offset, size }: (typeof tensors)[number]) => {
      if (current?.block !== block) current = { block, values: await read(block.layer!) };
      return current.values.subarray(offset, offset + size);
    };
    const metadata = { format: 'pt', [OWN_MARK]: 'lora' };
    await writeSafetensors(join(staging, WEIGHTS_FILE), tensors, valuesOf, { dtype: 'float32', metadata, signal });
  });
}

function owns(name: string): boolean {
  return name === CONFIG_FILE || name === WEIGHTS_FILE;
}

async function isOurs(directory: string): Promise<boolean> {
  try {
    await using file = await SafetensorsFile.open(join(directory, WEIGHTS_FILE));
    return file.metadata.has(OWN_MARK);
  } catch {
    return false;
  }
}
