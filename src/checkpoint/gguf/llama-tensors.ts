import type { ModelShape, ParameterSlice } from '../../engine/index.js';

/** Hugging Face names of a layer's tensors, behind `model.layers.N.`, and GGUF's, behind `blk.N.`. */
const inLayer: Readonly<Record<string, string>> = {
  'input_layernorm.weight': 'attn_norm.weight',
  'self_attn.q_proj.weight': 'attn_q.weight',
  'self_attn.k_proj.weight': 'attn_k.weight',
  'self_attn.v_proj.weight': 'attn_v.weight',
  'self_attn.o_proj.weight': 'attn_output.weight',
  'post_attention_layernorm.weight': 'ffn_norm.weight',
  'mlp.gate_proj.weight': 'ffn_gate.weight',
  'mlp.up_proj.weight': 'ffn_up.weight',
  'mlp.down_proj.weight': 'ffn_down.weight',
};

const outside: Readonly<Record<string, string>> = {
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  'lm_head.weight': 'output.weight',
};

/** What each pair's rotation is divided by, where rope is scaled as LLaMA 3.1's. */
export const ROPE_FACTORS = 'rope_freqs.weight';

/** The GGUF name of a parameter of {@link modelBlocks}. */
export function ggufName(name: string): string {
  const layer = /^model\.layers\.(\d+)\.(.+)$/.exec(name);
  return layer === null ? outside[name]! : `blk.${layer[1]}.${inLayer[layer[2]!]}`;
}

/**
 * How many heads of a parameter are rotated: those rows stand in another order in GGUF. 0 for all but queries and keys.
 */
export function rotatedHeads({ name }: ParameterSlice, { heads, keyValueHeads }: ModelShape): number {
  if (name.endsWith('.q_proj.weight')) return heads;
  return name.endsWith('.k_proj.weight') ? keyValueHeads : 0;
}

/**
 * Brings the rows of each head into GGUF's order, in place. Rope turns pairs of rows: Hugging Face pairs row i of a
 * head's first half with row i of its second half, llama.cpp pairs neighbours.
 *
 * @param matrix - `[heads D, C]`.
 */
export function interleaveHalves(matrix: Float32Array, heads: number, headSize: number): void {
  const half = headSize / 2;
  moveRows(matrix, heads, headSize, (row) => (row < half ? 2 * row : 2 * (row - half) + 1));
}

/** Undoes {@link interleaveHalves}. */
export function separateHalves(matrix: Float32Array, heads: number, headSize: number): void {
  const half = headSize / 2;
  moveRows(matrix, heads, headSize, (row) => (row % 2 === 0 ? row / 2 : half + (row - 1) / 2));
}

/**
 * @param rows - of a head.
 * @param target - where a row of a head goes.
 */
function moveRows(matrix: Float32Array, heads: number, rows: number, target: (row: number) => number): void {
  const columns = matrix.length / (heads * rows);
  const copy = new Float32Array(rows * columns);
  for (let head = 0; head < heads; head++) {
    const own = matrix.subarray(head * rows * columns, (head + 1) * rows * columns);
    copy.set(own);
    for (let row = 0; row < rows; row++)
      own.set(copy.subarray(row * columns, (row + 1) * columns), target(row) * columns);
  }
}
