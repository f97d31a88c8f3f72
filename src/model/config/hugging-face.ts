import { CheckpointError, type WeightDtype } from '../../checkpoint/index.js';
import type { RopeShape } from '../../engine/index.js';
import { ropeFromHuggingFace, ropeToHuggingFace } from './hugging-face-rope.js';
import { type LlamaConfig, llamaConfigSchema, type ResolvedLlamaConfig } from './llama-config.js';
import { assertSupported } from './unsupported.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** Our names and transformers'. */
const names = {
  vocabularySize: 'vocab_size',
  hiddenSize: 'hidden_size',
  layers: 'num_hidden_layers',
  heads: 'num_attention_heads',
  keyValueHeads: 'num_key_value_heads',
  headSize: 'head_dim',
  ffnSize: 'intermediate_size',
  contextLength: 'max_position_embeddings',
  rmsNormEpsilon: 'rms_norm_eps',
  rope: 'rope_parameters',
  tiedEmbeddings: 'tie_word_embeddings',
  initializerRange: 'initializer_range',
  beginTokenId: 'bos_token_id',
  endTokenIds: 'eos_token_id',
  padTokenId: 'pad_token_id',
} as const satisfies Record<keyof LlamaConfig, string>;

/** Everything a `config.json` says that is not kept word for word. */
const understood: ReadonlySet<string> = new Set([
  ...Object.values(names),
  ...['architectures', 'model_type', 'hidden_act', 'attention_bias', 'mlp_bias', 'quantization_config'],
  ...['rope_theta', 'rope_scaling', 'dtype', 'torch_dtype'],
]);

/** A `config.json`, read. */
export interface HuggingFaceConfig {
  readonly config: ResolvedLlamaConfig;
  /** Fields that mean nothing to us and are written back as they were. */
  readonly extras: JsonObject;
}

/**
 * Reads the `config.json` of transformers 4 or 5, with the defaults of transformers where a field is missing.
 *
 * @throws VicunaError `model-unsupported` naming what this package does not compute.
 * @throws CheckpointError naming every field that cannot be right.
 */
export function fromHuggingFace(json: JsonObject, file: string): HuggingFaceConfig {
  assertSupported(json, file);
  const rope = ropeFromHuggingFace(json, file);
  const parsed = llamaConfigSchema.safeParse({
    vocabularySize: json.vocab_size,
    hiddenSize: json.hidden_size,
    layers: json.num_hidden_layers,
    heads: json.num_attention_heads,
    keyValueHeads: json.num_key_value_heads ?? undefined,
    headSize: json.head_dim ?? undefined,
    // Ours is a default for new models; transformers' is that of one particular model.
    ffnSize: json.intermediate_size ?? null,
    contextLength: scaledContext(json.max_position_embeddings ?? 2048, rope),
    rmsNormEpsilon: json.rms_norm_eps ?? undefined,
    rope,
    tiedEmbeddings: json.tie_word_embeddings ?? undefined,
    initializerRange: json.initializer_range ?? undefined,
    beginTokenId: tokenId(json.bos_token_id, 1),
    endTokenIds: [tokenId(json.eos_token_id, 2)].flat().filter((id) => id !== null),
    padTokenId: tokenId(json.pad_token_id, null),
  });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path: [field, ...rest], message }) => {
      const name = typeof field === 'string' && field in names ? names[field as keyof LlamaConfig] : '';
      return `${[name, ...rest.map(String)].join('.')}: ${message}`;
    });
    throw new CheckpointError({ file }, `${problems.join('; ')}. Correct the file or fetch it again.`);
  }
  const extras = Object.fromEntries(Object.entries(json).filter(([name]) => !understood.has(name)));
  return { config: parsed.data, extras };
}

/**
 * Writes a `config.json` that transformers 4 and 5 both read: rope and dtype stand in it under the old names and the new.
 *
 * @param dtype - of the weights beside it.
 */
export function toHuggingFace({ config, extras }: HuggingFaceConfig, dtype: WeightDtype): JsonObject {
  const { contextLength, rope, endTokenIds } = config;
  const written = {
    ...extras,
    ...Object.fromEntries(Object.entries(names).map(([ours, theirs]) => [theirs, config[ours as keyof LlamaConfig]])),
    ...ropeToHuggingFace(rope),
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    attention_bias: false,
    mlp_bias: false,
    max_position_embeddings:
      rope.scaling?.type === 'linear' ? Math.ceil(contextLength / rope.scaling.factor) : contextLength,
    eos_token_id: endTokenIds.length > 1 ? endTokenIds : (endTokenIds[0] ?? null),
    dtype,
    torch_dtype: dtype,
  };
  return Object.fromEntries(Object.entries(written).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/**
 * The text of a `config.json`. Python tells 4.0 from 4, and transformers before 4.43 refuses a rope factor that is
 * written as a whole number.
 */
export function formatConfig(json: JsonObject): string {
  const text = JSON.stringify(json, null, 2);
  return `${text.replace(/^( *"(?:rope_theta|(?:low_freq_|high_freq_)?factor)": \d+)(,?)$/gm, '$1.0$2')}\n`;
}

/**
 * `max_position_embeddings` counts before linear scaling and after llama3 scaling. FastChat and vLLM read it so too.
 */
function scaledContext(positions: unknown, { scaling }: RopeShape): unknown {
  return typeof positions === 'number' && scaling?.type === 'linear'
    ? Math.floor(positions * scaling.factor)
    : positions;
}

/** Early LLaMA conversions wrote -1 for "none". */
function tokenId(value: unknown, missing: number | null): unknown {
  if (value === undefined) return missing;
  return value === -1 ? null : value;
}
