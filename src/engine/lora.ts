import * as z from 'zod';
import { Random, type Resolved } from '../core/index.js';
import { type BlockLayout, blockOf, modelBlocks } from './layout.js';
import type { ModelShape } from './shape.js';

/** The linear maps of a layer that an adapter can change, in the order of its vector. @public */
export const loraTargets = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;
/** A linear map of a layer, by its Hugging Face name. @public */
export type LoraTarget = (typeof loraTargets)[number];

/**
 * A low-rank adapter (LoRA, Hu et al. 2021): each target map computes `W x + scale B A dropout(x)` with W frozen. The
 * defaults are those of FastChat's LoRA training.
 *
 * @public
 */
export interface LoraConfig {
  /** Rows of A and columns of B. @defaultValue `8` */
  readonly rank?: number | undefined;
  /** The scale is `alpha / rank`. @defaultValue `16` */
  readonly alpha?: number | undefined;
  /** Makes the scale `alpha / sqrt(rank)`, which suits high ranks (Kalajdzievski 2023). @defaultValue `false` */
  readonly rankStabilized?: boolean | undefined;
  /** Share of the inputs of A that training drops, in [0, 1). @defaultValue `0.05` */
  readonly dropout?: number | undefined;
  /** Which maps of every layer are adapted. @defaultValue `['q_proj', 'v_proj']` */
  readonly targets?: readonly LoraTarget[] | undefined;
}

/** @internal */
export type ResolvedLoraConfig = Resolved<LoraConfig>;

/** @internal */
export const loraConfigSchema: z.ZodType<ResolvedLoraConfig, LoraConfig> = z.strictObject({
  rank: z.int().positive().default(8),
  alpha: z.number().positive().default(16),
  rankStabilized: z.boolean().default(false),
  dropout: z.number().min(0).lt(1).default(0.05),
  targets: z
    .array(z.enum(loraTargets))
    .min(1)
    .readonly()
    .default(['q_proj', 'v_proj'])
    // In the order of the vector and each once, so that equal adapters have equal configurations.
    .transform((targets) => loraTargets.filter((target) => targets.includes(target))),
});

/** What an adapter's product `B A x` is multiplied by. */
export function loraScale({ alpha, rank, rankStabilized }: ResolvedLoraConfig): number {
  return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
}

/**
 * The blocks of an adapter, one a layer, under peft's names: of each target A `[rank, in]`, then B `[out, rank]`. They
 * are sharded, updated and checkpointed as the blocks of a model are.
 */
export function loraBlocks(shape: ModelShape, { rank, targets }: ResolvedLoraConfig): readonly BlockLayout[] {
  const layers = modelBlocks(shape).filter(({ kind }) => kind === 'layer');
  return layers.map((layer) => {
    const maps = targets.map((target) => layer.parameters.find(({ name }) => name.endsWith(`.${target}.weight`))!);
    const entries = maps.flatMap(({ name, shape: [rows, columns] }) => {
      const prefix = `base_model.model.${name.slice(0, -'.weight'.length)}`;
      return [
        [`${prefix}.lora_A.weight`, [rank, columns!]],
        [`${prefix}.lora_B.weight`, [rows!, rank]],
      ] as const;
    });
    return { layer: layer.layer!, ...blockOf('adapter', entries) };
  });
}

/** The seed of a layer's dropout in one optimizer step, the same on every rank and in every micro-batch. */
export function loraDropoutSeed(seed: number, step: number, layer: number): number {
  return Random.fromSeed(seed, `dropout/step-${step}/layer-${layer}`).uint32();
}
