import { ConfigError } from '../core/index.js';

/** How positions are rotated into queries and keys (Su et al. 2021; LLaMA's half-split form). @public */
export interface RopeShape {
  /** Base of the frequencies. LLaMA 1 and 2: 10,000; LLaMA 3: 500,000. */
  readonly theta: number;
  /** `linear` divides positions (Chen et al. 2023); `llama3` stretches only the low frequencies (LLaMA 3.1). */
  readonly scaling?:
    | { readonly type: 'linear'; readonly factor: number }
    | {
        readonly type: 'llama3';
        readonly factor: number;
        readonly lowFrequencyFactor: number;
        readonly highFrequencyFactor: number;
        /** Context length in tokens before scaling. */
        readonly originalContext: number;
      };
}

/** The sizes of a LLaMA: all an engine knows of a model. Letters in brackets are the shape suffixes used in code. @public */
export interface ModelShape {
  /** Tokens of the vocabulary (V). */
  readonly vocabularySize: number;
  /** Width of the residual stream (C). */
  readonly hiddenSize: number;
  /** Decoder layers (L). */
  readonly layers: number;
  /** Query heads (H). */
  readonly heads: number;
  /** Key and value heads (K); query head `h` reads key head `floor(h / (H / K))`. */
  readonly keyValueHeads: number;
  /** Width of a head (D), even. */
  readonly headSize: number;
  /** Width of the gated feed-forward part (F). */
  readonly ffnSize: number;
  /** Added to the mean square in RMSNorm. */
  readonly rmsNormEpsilon: number;
  /** How positions enter attention. */
  readonly rope: RopeShape;
  /** The LM head uses the embedding's matrix; the head block then holds only the final norm. */
  readonly tiedEmbeddings: boolean;
}

/**
 * Checks the sizes once, so that engines need not.
 *
 * @throws ConfigError naming every size at fault.
 */
export function assertShape(shape: ModelShape): void {
  const issues: { path: string; message: string }[] = [];
  const require = (holds: boolean, path: string, message: string) => {
    if (!holds) issues.push({ path, message });
  };
  const counts = ['vocabularySize', 'hiddenSize', 'heads', 'keyValueHeads', 'headSize', 'ffnSize'] as const;
  for (const count of counts)
    require(Number.isSafeInteger(shape[count]) &&
      shape[count] > 0, count, `must be a positive whole number, not ${shape[count]}`);
  require(Number.isSafeInteger(shape.layers) &&
    shape.layers >= 0, 'layers', `must be a whole number, not ${shape.layers}`);
  require(shape.headSize % 2 ===
    0, 'headSize', `must be even, since its halves are rotated into each other, not ${shape.headSize}`);
  require(shape.heads % shape.keyValueHeads ===
    0, 'keyValueHeads', `must divide the ${shape.heads} heads, not ${shape.keyValueHeads}`);
  require(shape.rmsNormEpsilon > 0, 'rmsNormEpsilon', `must be positive, not ${shape.rmsNormEpsilon}`);
  require(shape.rope.theta > 0, 'rope.theta', `must be positive, not ${shape.rope.theta}`);
  if (issues.length > 0) throw new ConfigError('The shape of the model', issues);
}
