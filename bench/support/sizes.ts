import type { PackedBatch } from '../../src/engine/index.js';
import type { LlamaConfig } from '../../src/model/index.js';

/** A model and the rows of a step, in the words of the peer's scripts. */
export interface Size {
  readonly dim: number;
  readonly layers: number;
  readonly heads: number;
  /** Key and value heads. */
  readonly kv: number;
  readonly ffn: number;
  readonly vocab: number;
  /** Tokens of a row, and rows of a step. */
  readonly seq: number;
  readonly batch: number;
}

export const SIZES: Readonly<Record<string, Size>> = {
  small: { dim: 512, layers: 8, heads: 8, kv: 8, ffn: 1376, vocab: 32_000, seq: 512, batch: 4 },
  medium: { dim: 768, layers: 12, heads: 12, kv: 12, ffn: 2048, vocab: 32_000, seq: 1024, batch: 2 },
  large: { dim: 1024, layers: 8, heads: 16, kv: 4, ffn: 2816, vocab: 32_000, seq: 2048, batch: 1 },
};

type Options = Record<'size' | keyof Size, { type: 'string'; default?: string }>;

/** For `parseArgs`: `--size small|medium|large`, and each of its numbers by itself. */
export const sizeOptions: Options = {
  size: { type: 'string', default: 'small' },
  ...(Object.fromEntries(Object.keys(SIZES.small!).map((name) => [name, { type: 'string' }])) as Omit<Options, 'size'>),
};

/** The size that was asked for. */
export function sizeFrom(values: Readonly<Record<string, string | boolean | undefined>>): Size {
  const named = SIZES[String(values.size)];
  if (named === undefined) throw new RangeError(`--size is one of ${Object.keys(SIZES).join(', ')}.`);
  const given = Object.keys(named).filter((name) => values[name] !== undefined);
  return { ...named, ...Object.fromEntries(given.map((name) => [name, Number(values[name])])) };
}

/** The size as arguments of the peer's scripts. */
export function peerArguments(size: Size): string[] {
  return Object.entries(size).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

export function modelConfig(size: Size): LlamaConfig {
  return {
    vocabularySize: size.vocab,
    hiddenSize: size.dim,
    layers: size.layers,
    heads: size.heads,
    keyValueHeads: size.kv,
    ffnSize: size.ffn,
    contextLength: size.seq,
  };
}

export function describeSize({ dim, layers, heads, kv, ffn, vocab }: Size): string {
  return `hidden ${dim}, ${layers} layers, ${heads} heads (${kv} for keys), feed-forward ${ffn}, vocabulary ${vocab}`;
}

/** A step's rows as one micro-batch; everything is learned that can be. */
export function batchOf({ batch, seq, vocab }: Size): PackedBatch {
  const tokens = Int32Array.from({ length: batch * seq }, (_, index) => 3 + ((index * 7919) % (vocab - 3)));
  const sequenceStarts = Int32Array.from({ length: batch + 1 }, (_, row) => row * seq);
  return { tokens, labels: tokens.map((token, index) => (index % seq === 0 ? -100 : token)), sequenceStarts };
}
