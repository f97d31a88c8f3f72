import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import {
  type CheckpointSkipEvent,
  checkpointWeights,
  latestCheckpoint,
  TrainingCheckpoint,
  TrainingCheckpointError,
  type WeightDtype,
  writeAdapter,
} from '../checkpoint/index.js';
import { type CallOptions, ConfigError, parseConfig, type Resolved } from '../core/index.js';
import { loraBlocks, loraConfigSchema } from '../engine/index.js';
import { readDescribedModel } from '../model/index.js';
import { DESCRIPTION_DIRECTORY } from './model-description.js';
import { modelFingerprint } from './training-state.js';

/** Which checkpoint becomes a model, and where. @public */
export interface ExportConfig {
  /** A checkpoint, or the directory of a training's checkpoints: then the newest that is whole. */
  readonly checkpoint: string;
  /** Where the model goes, as a Hugging Face directory; where adapters were trained, as one of peft. */
  readonly outputDirectory: string;
  /** Number format of the saved weights; adapters are always float32. @defaultValue `'float32'` */
  readonly dtype?: WeightDtype | undefined;
  /** Largest file of weights in bytes. @defaultValue `5_000_000_000` */
  readonly maxShardBytes?: number | undefined;
  /** Replace the model files of a directory that this package did not write. @defaultValue `false` */
  readonly overwrite?: boolean | undefined;
  /**
   * Directory of the model that was trained: its configuration and tokenizer are taken, not its weights.
   *
   * @defaultValue what training keeps of it beside its checkpoints
   */
  readonly model?: string | undefined;
}

/** What was exported. @public */
export interface ExportedModel {
  /** Directory of the model. */
  readonly directory: string;
  /** Directory of the checkpoint it was made from. */
  readonly checkpoint: string;
  /** Steps of training that went into it. */
  readonly step: number;
  /** Newer checkpoints that are damaged, and why. */
  readonly skipped: readonly CheckpointSkipEvent[];
}

type ExportSettings = Omit<Resolved<ExportConfig>, 'model'> & Pick<ExportConfig, 'model'>;

const exportSchema: z.ZodType<ExportSettings, ExportConfig> = z.strictObject({
  checkpoint: z.string().min(1),
  outputDirectory: z.string().min(1),
  dtype: z.enum(['float32', 'bfloat16', 'float16']).default('float32'),
  maxShardBytes: z.int().positive().default(5_000_000_000),
  overwrite: z.boolean().default(false),
  model: z.string().min(1).optional(),
});

/**
 * Makes a model of a training checkpoint, whatever number of ranks wrote it, while its training runs or when it is long
 * over. One block of the model is in memory at a time, and no engine is needed. The files are those that
 * {@link VicunaModel.save} writes.
 *
 * @example
 * ```ts
 * const { step } = await exportModel({ checkpoint: 'vicuna-checkpoints', outputDirectory: 'vicuna', dtype: 'bfloat16' });
 * ```
 *
 * @throws ConfigError naming every field at fault.
 * @throws TrainingCheckpointError where there is no checkpoint, or none that is whole.
 * @throws CheckpointError where what the model is made of is not beside the checkpoint.
 * @public
 */
export async function exportModel(config: ExportConfig, options: CallOptions = {}): Promise<ExportedModel> {
  const settings = parseConfig(exportSchema, config, 'exportModel config');
  const { outputDirectory: directory, model, dtype, maxShardBytes, overwrite } = settings;
  const { signal } = options;
  const skipped: CheckpointSkipEvent[] = [];
  const checkpoint = await openCheckpoint(resolve(settings.checkpoint), skipped, options);
  const source = model ?? join(dirname(checkpoint.path), DESCRIPTION_DIRECTORY);
  const described = await readDescribedModel(source);
  if (modelFingerprint(described.shape) !== checkpoint.state.fingerprints.model)
    throw new ConfigError('exportModel config', [
      {
        path: 'model',
        message: `${source} describes a model of another shape than the checkpoint ${checkpoint.path} holds`,
      },
    ]);
  const { lora: adapter } = checkpoint.state.settings;
  if (adapter === null || adapter === undefined) {
    const readBlock = checkpointWeights(checkpoint, described.blocks, signal);
    await described.save(directory, readBlock, { dtype, maxShardBytes, overwrite, ...options });
  } else {
    const { shape } = described;
    const lora = loraConfigSchema.parse(adapter);
    const blocks = loraBlocks(shape, lora);
    const read = (layer: number) => checkpoint.read('parameters', blocks[layer]!, 0, undefined, signal);
    await writeAdapter(directory, { shape, lora }, read, { overwrite, baseModel: model, signal });
  }
  return { directory, checkpoint: checkpoint.path, step: checkpoint.state.step, skipped };
}

async function openCheckpoint(
  path: string,
  skipped: CheckpointSkipEvent[],
  options: CallOptions,
): Promise<TrainingCheckpoint> {
  const isOne = await access(join(path, 'manifest.json')).then(
    () => true,
    () => false,
  );
  if (isOne) return TrainingCheckpoint.open(path, options);
  const newest = await latestCheckpoint(path, { ...options, onEvent: (event) => void skipped.push(event) });
  if (newest !== undefined) return newest;
  throw new TrainingCheckpointError(
    'checkpoint-unreadable',
    path,
    "there is no checkpoint in it. Name the directory of a training's checkpoints, or one like step-00000123 in it.",
  );
}
