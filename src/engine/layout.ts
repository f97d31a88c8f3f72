import type { ModelShape } from './shape.js';

/** One parameter's place in its block's flat vector. Matrices are row-major `[out, in]`, as Hugging Face stores them. @public */
export interface ParameterSlice {
  /** Hugging Face name, for example `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string;
  /** Index of its first number in the block's vector. */
  readonly offset: number;
  /** How many numbers it has: the product of `shape`. */
  readonly size: number;
  /** `[out, in]` for a matrix, `[size]` for a vector. */
  readonly shape: readonly number[];
}

/** A block of a model or of its adapter: what is gathered, computed, released and checkpointed as one. @public */
export interface BlockLayout {
  /** What the block is; an `adapter` goes with one layer. */
  readonly kind: 'embedding' | 'layer' | 'head' | 'adapter';
  /** Number of the layer, for `kind: 'layer'` and `'adapter'`. */
  readonly layer?: number;
  /** Length of the flat float32 vector. */
  readonly size: number;
  /** In the order in which they lie in the vector, without gaps. */
  readonly parameters: readonly ParameterSlice[];
}

/**
 * The blocks of a model in forward order: embedding, layers, head (final norm and LM head).
 *
 * Q, K and V stand side by side, and so do gate and up, so that an engine may multiply by them as one matrix.
 * Shared by engines, checkpoints and trainer: changing the order changes saved training checkpoints.
 *
 * @public
 */
export function modelBlocks(shape: ModelShape): readonly BlockLayout[] {
  const { vocabularySize: V, hiddenSize: C, heads: H, keyValueHeads: K, headSize: D, ffnSize: F } = shape;
  const layer = (index: number): BlockLayout => {
    const prefix = `model.layers.${index}`;
    return {
      layer: index,
      ...blockOf('layer', [
        [`${prefix}.input_layernorm.weight`, [C]],
        [`${prefix}.self_attn.q_proj.weight`, [H * D, C]],
        [`${prefix}.self_attn.k_proj.weight`, [K * D, C]],
        [`${prefix}.self_attn.v_proj.weight`, [K * D, C]],
        [`${prefix}.self_attn.o_proj.weight`, [C, H * D]],
        [`${prefix}.post_attention_layernorm.weight`, [C]],
        [`${prefix}.mlp.gate_proj.weight`, [F, C]],
        [`${prefix}.mlp.up_proj.weight`, [F, C]],
        [`${prefix}.mlp.down_proj.weight`, [C, F]],
      ]),
    };
  };
  return [
    blockOf('embedding', [['model.embed_tokens.weight', [V, C]]]),
    ...Array.from({ length: shape.layers }, (_, index) => layer(index)),
    blockOf('head', [
      ['model.norm.weight', [C]],
      ...(shape.tiedEmbeddings ? [] : ([['lm_head.weight', [V, C]]] as const)),
    ]),
  ];
}

/** Lays parameters end to end. */
export function blockOf(
  kind: BlockLayout['kind'],
  entries: readonly (readonly [name: string, shape: readonly number[]])[],
): BlockLayout {
  let size = 0;
  const parameters = entries.map(([name, shape]) => {
    const slice = { name, offset: size, size: shape.reduce((product, extent) => product * extent, 1), shape };
    size += slice.size;
    return slice;
  });
  return { kind, size, parameters };
}
