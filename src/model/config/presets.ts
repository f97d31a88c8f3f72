import type { LlamaConfig } from './llama-config.js';

const llama3 = {
  vocabularySize: 128_256,
  rmsNormEpsilon: 1e-5,
  contextLength: 8192,
  rope: { theta: 500_000 },
} as const;
const llama32 = {
  ...llama3,
  contextLength: 131_072,
  tiedEmbeddings: true,
  rope: {
    theta: 500_000,
    scaling: { type: 'llama3', factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192 },
  },
} as const;

/**
 * Sizes to begin from: `VicunaModel.create({ ...llamaPresets.tiny, contextLength: 512 }, { tokenizer })`.
 *
 * `nano` to `base` are for training from nothing on a CPU; they take their vocabulary from the tokenizer, and the numbers
 * below leave its matrices out. The others are the released LLaMAs.
 *
 * @public
 */
export const llamaPresets = {
  /** 0.2 million weights: learns by heart in seconds. */
  nano: { hiddenSize: 64, layers: 4, heads: 4, ffnSize: 192, contextLength: 512 },
  /** 2.7 million weights. */
  tiny: { hiddenSize: 192, layers: 6, heads: 6, ffnSize: 512, contextLength: 1024 },
  /** 6 million weights. */
  small: { hiddenSize: 288, layers: 6, heads: 6, ffnSize: 768, contextLength: 1024 },
  /** 25 million weights. */
  base: { hiddenSize: 512, layers: 8, heads: 8, ffnSize: 1376, contextLength: 2048 },
  'llama-7b': { vocabularySize: 32_000, hiddenSize: 4096, layers: 32, heads: 32, ffnSize: 11_008 },
  'llama-13b': { vocabularySize: 32_000, hiddenSize: 5120, layers: 40, heads: 40, ffnSize: 13_824 },
  'llama-2-7b': {
    vocabularySize: 32_000,
    hiddenSize: 4096,
    layers: 32,
    heads: 32,
    ffnSize: 11_008,
    contextLength: 4096,
    rmsNormEpsilon: 1e-5,
  },
  'llama-2-13b': {
    vocabularySize: 32_000,
    hiddenSize: 5120,
    layers: 40,
    heads: 40,
    ffnSize: 13_824,
    contextLength: 4096,
    rmsNormEpsilon: 1e-5,
  },
  'llama-3-8b': { ...llama3, hiddenSize: 4096, layers: 32, heads: 32, keyValueHeads: 8, ffnSize: 14_336 },
  'llama-3.2-1b': {
    ...llama32,
    hiddenSize: 2048,
    layers: 16,
    heads: 32,
    keyValueHeads: 8,
    headSize: 64,
    ffnSize: 8192,
  },
  'llama-3.2-3b': {
    ...llama32,
    hiddenSize: 3072,
    layers: 28,
    heads: 24,
    keyValueHeads: 8,
    headSize: 128,
    ffnSize: 8192,
  },
} as const satisfies Record<string, LlamaConfig>;
