import * as z from 'zod';
import { type CallOptions, parseConfig, type Resolved } from '../../core/index.js';
import { combineDirectories } from './combine.js';

/** Which directories a weight delta is between; all of them Hugging Face's. @public */
export interface WeightDeltaConfig {
  /** The model that the other was fine-tuned from. */
  readonly base: string;
  /** The difference: read by {@link applyDelta}, written by {@link makeDelta}. */
  readonly delta: string;
  /** The fine-tuned model: written by {@link applyDelta}, read by {@link makeDelta}. */
  readonly target: string;
  /** Replace the model files of the directory that is written. @defaultValue `false` */
  readonly overwrite?: boolean | undefined;
}

const directory = z.string().min(1);

const configSchema: z.ZodType<Resolved<WeightDeltaConfig>, WeightDeltaConfig> = z.strictObject({
  base: directory,
  delta: directory,
  target: directory,
  overwrite: z.boolean().default(false),
});

/**
 * Makes a model of its base and a published difference, as Vicuna v0 and v1.1 were released: every tensor is
 * `base + delta`, in the number format of the delta. Rows of the embedding and the LM head beyond the base's, of a token
 * that was added for padding, are the delta's own. Configuration and tokenizer come from the delta too.
 *
 * The numbers are those of FastChat's `apply_delta`. Its files are followed one by one, about four million bytes of each
 * model in memory; the directory appears whole or not at all.
 *
 * @example
 * ```ts
 * await applyDelta({ base: 'llama-7b', delta: 'vicuna-7b-delta-v1.1', target: 'vicuna-7b' });
 * ```
 *
 * @throws CheckpointError where files are missing or damaged, or the two do not belong together, naming tensors.
 * @throws VicunaError `file-unwritable` where something else is in the way.
 * @public
 */
export async function applyDelta(config: WeightDeltaConfig, options: CallOptions = {}): Promise<void> {
  const { base, delta, target, overwrite } = parseConfig(configSchema, config, 'applyDelta config');
  const combine = (values: Float32Array, onto: Float32Array) => {
    for (let index = 0; index < onto.length; index++) values[index] = onto[index]! + values[index]!;
  };
  const roles = { base, leading: delta, output: target, outputField: 'target' } as const;
  await combineDirectories({ ...roles, overwrite, combine, phase: 'apply-delta' }, options);
}

/**
 * Writes what a fine-tuned model differs by from its base, so that it can be published where the base may not:
 * {@link applyDelta} brings it back. Every tensor is `target - base`, in the number format of the target.
 *
 * The difference is rounded to that format, and so is the sum later: a weight may come back off by the last bit or two.
 *
 * @throws as {@link applyDelta}.
 * @public
 */
export async function makeDelta(config: WeightDeltaConfig, options: CallOptions = {}): Promise<void> {
  const { base, delta, target, overwrite } = parseConfig(configSchema, config, 'makeDelta config');
  const combine = (values: Float32Array, from: Float32Array) => {
    for (let index = 0; index < from.length; index++) values[index] = values[index]! - from[index]!;
  };
  const roles = { base, leading: target, output: delta, outputField: 'delta' } as const;
  await combineDirectories({ ...roles, overwrite, combine, phase: 'make-delta' }, options);
}
