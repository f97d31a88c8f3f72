import { type GgufEntry, type GgufFile, type GgufMetadata, readRopeFactors } from '../../checkpoint/index.js';
import { VicunaError } from '../../core/index.js';
import { type LlamaConfig, llamaConfigSchema, type ResolvedLlamaConfig } from '../config/llama-config.js';
import { readRope, ropeEntries } from './rope.js';

/** Our names and GGUF's, behind `llama.`. */
const names = {
  contextLength: 'context_length',
  hiddenSize: 'embedding_length',
  layers: 'block_count',
  ffnSize: 'feed_forward_length',
  heads: 'attention.head_count',
  keyValueHeads: 'attention.head_count_kv',
  headSize: 'attention.key_length',
  vocabularySize: 'vocab_size',
} as const satisfies Partial<Record<keyof LlamaConfig, string>>;

const EPSILON = 'llama.attention.layer_norm_rms_epsilon';

/** What a GGUF file says of a LLaMA's architecture, as llama.cpp reads it. */
export function configMetadata(config: ResolvedLlamaConfig): GgufMetadata {
  const counts = Object.entries(names).map(([ours, theirs]): [string, GgufEntry] => [
    `llama.${theirs}`,
    { kind: 'uint32', value: config[ours as keyof typeof names] },
  ]);
  return new Map<string, GgufEntry>([
    ...counts,
    ['llama.attention.value_length', { kind: 'uint32', value: config.headSize }],
    [EPSILON, { kind: 'float32', value: config.rmsNormEpsilon }],
    ...ropeEntries(config.rope, config.headSize, config.contextLength),
  ]);
}

/** What the file's tokenizer adds to the configuration. */
export type TokenRoles = Pick<ResolvedLlamaConfig, 'beginTokenId' | 'endTokenIds' | 'padTokenId'>;

/**
 * Reads the configuration of a LLaMA. Where a file scales positions linearly, its context length is taken as it stands.
 *
 * @throws VicunaError `model-unsupported` naming what this package does not compute.
 * @throws CheckpointError naming every entry that cannot be right.
 */
export async function readGgufConfig(file: GgufFile): Promise<ResolvedLlamaConfig> {
  const { fields } = file;
  assertSupported(file);
  const [heads, hiddenSize] = [fields.uniform('llama.attention.head_count'), fields.integer('llama.embedding_length')];
  const headSize =
    fields.integer('llama.attention.key_length') ??
    (heads !== undefined && hiddenSize !== undefined ? hiddenSize / heads : 0);
  const rope = readRope(fields, headSize, await readRopeFactors(file));
  const scaling = rope.scaling?.type === 'linear' ? rope.scaling.factor : 1;
  const context = fields.integer('llama.context_length');
  const parsed = llamaConfigSchema.safeParse({
    vocabularySize: file.tensors.get('token_embd.weight')?.shape[0],
    hiddenSize,
    layers: fields.integer('llama.block_count'),
    heads,
    keyValueHeads: fields.uniform('llama.attention.head_count_kv'),
    headSize,
    ffnSize: fields.uniform('llama.feed_forward_length') ?? null,
    contextLength: context === undefined ? null : wholeContext(context, scaling),
    rmsNormEpsilon: fields.number(EPSILON) ?? null,
    rope,
    // Without an LM head the embedding's matrix is used.
    tiedEmbeddings: !file.tensors.has('output.weight'),
    ...readTokenRoles(file),
  });
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: [field, ...rest], message }) => {
    const name = typeof field === 'string' && field in names ? `llama.${names[field as keyof typeof names]}` : field;
    return `${[name, ...rest].map(String).join('.')}: ${message}`;
  });
  throw fields.error(`${problems.join('; ')}. Fetch the file again.`);
}

/** A context is a whole number of tokens before scaling, too. */
function wholeContext(context: number, scaling: number): number {
  const before = Math.floor(context / scaling);
  return scaling >= 1 && Math.floor(Math.ceil(context / scaling) * scaling) !== context
    ? Math.floor(before * scaling)
    : context;
}

function assertSupported({ fields, path, tensors }: GgufFile): void {
  const unsupported = (problem: string) => new VicunaError('model-unsupported', `${path}: ${problem}`);
  const architecture = fields.text('general.architecture');
  if (architecture !== 'llama')
    throw unsupported(
      `general.architecture is ${JSON.stringify(architecture?.slice(0, 80))}. Only LLaMA models are computed here.`,
    );
  const experts = fields.integer('llama.expert_count') ?? 0;
  if (experts > 0) throw unsupported(`llama.expert_count is ${experts}. Mixtures of experts are not computed here.`);
  const bias = [...tensors.keys()].find((name) => name.endsWith('.bias'));
  if (bias !== undefined) throw unsupported(`it has ${JSON.stringify(bias)}. Biases are not computed here.`);
  const [key, value] = [fields.integer('llama.attention.key_length'), fields.integer('llama.attention.value_length')];
  if (value !== undefined && key !== undefined && key !== value)
    throw unsupported(`keys have ${key} numbers and values ${value}. Both have one size here.`);
}

function readTokenRoles({ fields }: GgufFile): TokenRoles {
  const id = (role: string) => {
    const value = fields.integer(`tokenizer.ggml.${role}_token_id`);
    return value === 0xffffffff ? undefined : value;
  };
  const ends = [id('eos'), id('eot'), id('eom')].filter((end) => end !== undefined);
  return {
    beginTokenId: id('bos') ?? null,
    endTokenIds: [...new Set(ends)],
    padTokenId: id('padding') ?? null,
  };
}
