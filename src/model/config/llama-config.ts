import * as z from 'zod';
import type { Resolved } from '../../core/index.js';
import type { ModelShape, RopeShape } from '../../engine/index.js';

/**
 * The architecture of a LLaMA: what `config.json` says of it, in the names of this package.
 *
 * @public
 */
export interface LlamaConfig {
  /** Tokens of the vocabulary. @defaultValue the tokenizer's */
  readonly vocabularySize?: number | undefined;
  /** Width of the residual stream; a multiple of `heads`. */
  readonly hiddenSize: number;
  /** Decoder layers. */
  readonly layers: number;
  /** Query heads. */
  readonly heads: number;
  /** Key and value heads, a divisor of `heads`; fewer of them make the cache smaller. @defaultValue `heads` */
  readonly keyValueHeads?: number | undefined;
  /** Width of a head, even. @defaultValue `hiddenSize / heads` */
  readonly headSize?: number | undefined;
  /** Width of the feed-forward part. @defaultValue 8/3 of `hiddenSize`, rounded up to a multiple of 64 */
  readonly ffnSize?: number | undefined;
  /** Most tokens of a sequence, prompt and reply together, after rope scaling. @defaultValue `2048` */
  readonly contextLength?: number | undefined;
  /** Added to the mean square in RMSNorm. @defaultValue `1e-6` */
  readonly rmsNormEpsilon?: number | undefined;
  /** Rotary position embedding. @defaultValue `{ theta: 10000 }` */
  readonly rope?: RopeShape | undefined;
  /** The LM head uses the embedding's matrix. @defaultValue `false` */
  readonly tiedEmbeddings?: boolean | undefined;
  /** Standard deviation of the normal distribution that new weights are drawn from. @defaultValue `0.02` */
  readonly initializerRange?: number | undefined;
  /** Token that begins a text; `null` for none. @defaultValue the tokenizer's, else `null` */
  readonly beginTokenId?: number | null | undefined;
  /** Tokens that end a reply. @defaultValue the tokenizer's, else none */
  readonly endTokenIds?: readonly number[] | undefined;
  /** Token that other software pads with; this package never pads. @defaultValue `null` */
  readonly padTokenId?: number | null | undefined;
}

/** {@link LlamaConfig} with every default filled in. @public */
export type ResolvedLlamaConfig = Resolved<LlamaConfig>;

// Far beyond every LLaMA there is, and small enough that a forged config.json cannot make a loader allocate without end.
const width = z
  .int()
  .positive()
  .max(2 ** 20);
const tokenId = z
  .int()
  .nonnegative()
  .max(2 ** 31 - 1);
const factor = z.number().positive();

const ropeSchema: z.ZodType<RopeShape, RopeShape> = z.strictObject({
  theta: z.number().positive(),
  scaling: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('linear'), factor: factor.min(1) }),
      z.strictObject({
        type: z.literal('llama3'),
        factor: factor.min(1),
        lowFrequencyFactor: factor,
        highFrequencyFactor: factor,
        originalContext: z.int().positive(),
      }),
    ])
    .exactOptional(),
});

/** @internal */
export const llamaConfigSchema: z.ZodType<ResolvedLlamaConfig, LlamaConfig> = z
  .strictObject({
    vocabularySize: width.max(2 ** 24),
    hiddenSize: width,
    layers: z.int().positive().max(4096),
    heads: width,
    keyValueHeads: width.optional(),
    headSize: width.optional(),
    ffnSize: width.optional(),
    contextLength: z
      .int()
      .positive()
      .max(2 ** 31 - 1)
      .default(2048),
    rmsNormEpsilon: z.number().positive().default(1e-6),
    rope: ropeSchema.default({ theta: 10_000 }),
    tiedEmbeddings: z.boolean().default(false),
    initializerRange: z.number().nonnegative().max(1).default(0.02),
    beginTokenId: tokenId.nullable().default(null),
    endTokenIds: z.array(tokenId).readonly().default([]),
    padTokenId: tokenId.nullable().default(null),
  })
  .transform((config) => ({
    ...config,
    keyValueHeads: config.keyValueHeads ?? config.heads,
    headSize: config.headSize ?? config.hiddenSize / config.heads,
    ffnSize: config.ffnSize ?? Math.ceil((config.hiddenSize * 8) / 3 / 64) * 64,
  }))
  .superRefine((config, context) => {
    for (const [path, message] of findContradictions(config))
      context.addIssue({ code: 'custom', path: [path], message });
  });

function* findContradictions(config: ResolvedLlamaConfig): Generator<readonly [keyof LlamaConfig, string]> {
  const { hiddenSize, heads, keyValueHeads, headSize, contextLength, padTokenId, vocabularySize } = config;
  const { scaling } = config.rope;
  if (hiddenSize % heads !== 0) yield ['hiddenSize', `${hiddenSize} is not a multiple of the ${heads} heads`];
  else if (headSize % 2 !== 0) yield ['headSize', `${headSize} is odd, but positions rotate pairs of numbers`];
  if (heads % keyValueHeads !== 0) yield ['keyValueHeads', `${keyValueHeads} does not divide the ${heads} heads`];
  // config.json holds the context before linear scaling, in whole tokens.
  if (
    scaling?.type === 'linear' &&
    Math.floor(Math.ceil(contextLength / scaling.factor) * scaling.factor) !== contextLength
  )
    yield ['contextLength', `${contextLength} is not a whole number of tokens times the rope factor ${scaling.factor}`];
  if (scaling?.type === 'llama3' && scaling.lowFrequencyFactor >= scaling.highFrequencyFactor)
    yield ['rope', 'lowFrequencyFactor has to be below highFrequencyFactor'];
  if (padTokenId !== null && padTokenId >= vocabularySize)
    yield ['padTokenId', `${padTokenId} is outside the vocabulary of ${vocabularySize}`];
}

/** What an engine needs to know of a configuration. @internal */
export function toModelShape(config: ResolvedLlamaConfig): ModelShape {
  const { vocabularySize, hiddenSize, layers, heads, keyValueHeads, headSize, ffnSize } = config;
  const { rmsNormEpsilon, rope, tiedEmbeddings } = config;
  return {
    vocabularySize,
    hiddenSize,
    layers,
    heads,
    keyValueHeads,
    headSize,
    ffnSize,
    rmsNormEpsilon,
    rope,
    tiedEmbeddings,
  };
}
