import {
  type BlockLayout,
  type LoraTarget,
  loraBlocks,
  loraScale,
  type ModelShape,
  modelBlocks,
  type PackedBatch,
  type ResolvedLoraConfig,
} from '../../src/engine/index.js';
import { type Matrix, PlainTape } from './plain-tape.js';

// T tokens, V vocabulary size.

export interface PlainResult {
  readonly logits_TV: Float64Array;
  /** -log p of what each position has to predict, 0 where it has nothing to. */
  readonly tokenLosses: Float64Array;
  readonly lossSum: number;
  /** Gradients of `lossSum * scale`, one flat vector a block. */
  gradients(scale: number): Float64Array[];
  /** Gradients of the adapter, one flat vector a layer; filled by {@link gradients}. */
  readonly adapterGradients: readonly Float64Array[];
}

/** A low-rank adapter of the whole model. */
export interface PlainAdapter {
  readonly lora: ResolvedLoraConfig;
  /** One flat vector a layer. */
  readonly vectors: readonly ArrayLike<number>[];
  /** What the element `[token, column]` of a map's input is multiplied by; 1 where nothing is dropped. */
  readonly mask?: (layer: number, target: LoraTarget, columns: number) => ArrayLike<number>;
}

/**
 * The definition that engines are tested against: a whole LLaMA, its loss and its gradients, in float64 and without any
 * cleverness. It is itself tested against Hugging Face transformers.
 *
 * @param parameters - one flat vector a block.
 */
export function plainTransformer(
  shape: ModelShape,
  parameters: readonly ArrayLike<number>[],
  { tokens, labels, sequenceStarts }: PackedBatch,
  adapter?: PlainAdapter,
): PlainResult {
  const tape = new PlainTape();
  const gradients = parameters.map(({ length }) => new Float64Array(length));
  const named = nameParameters(modelBlocks(shape), parameters, gradients);
  const adapterGradients = adapter?.vectors.map(({ length }) => new Float64Array(length)) ?? [];
  const adapting = adapter && nameParameters(loraBlocks(shape, adapter.lora), adapter.vectors, adapterGradients);
  const angle = rotation(shape, sequenceStarts);
  const norm = (x: Matrix, name: string) => tape.rmsNorm(x, named(name), shape.rmsNormEpsilon);

  const embedding = named('model.embed_tokens');
  let x = tape.gather(embedding, tokens);
  for (let layer = 0; layer < shape.layers; layer++) {
    const map = (input: Matrix, part: string, target: LoraTarget) => {
      const name = `model.layers.${layer}.${part}.${target}`;
      const y = tape.linear(input, named(name));
      if (!adapter?.lora.targets.includes(target)) return y;
      const mask = adapter.mask?.(layer, target, input.columns);
      const dropped = mask ? tape.weigh(input, (index) => mask[index]!) : input;
      const [a, b] = ['A', 'B'].map((matrix) => adapting!(`base_model.model.${name}.lora_${matrix}`));
      return tape.add(
        y,
        tape.weigh(tape.linear(tape.linear(dropped, a!), b!), () => loraScale(adapter.lora)),
      );
    };
    const h = norm(x, `model.layers.${layer}.input_layernorm`);
    const q = tape.rotate(map(h, 'self_attn', 'q_proj'), shape.headSize, angle);
    const k = tape.rotate(map(h, 'self_attn', 'k_proj'), shape.headSize, angle);
    const v = map(h, 'self_attn', 'v_proj');
    x = tape.add(x, map(tape.attention(q, k, v, sequenceStarts, shape), 'self_attn', 'o_proj'));
    const m = norm(x, `model.layers.${layer}.post_attention_layernorm`);
    const gated = tape.gated(map(m, 'mlp', 'gate_proj'), map(m, 'mlp', 'up_proj'));
    x = tape.add(x, map(gated, 'mlp', 'down_proj'));
  }
  const logits = tape.linear(norm(x, 'model.norm'), shape.tiedEmbeddings ? embedding : named('lm_head'));

  const targets = shiftLabels(labels, sequenceStarts);
  const V = shape.vocabularySize;
  const rows = targets.map((_, t) => logits.data.subarray(t * V, (t + 1) * V));
  const tokenLosses = Float64Array.from(targets, (target, t) =>
    target === undefined ? 0 : logSumExp(rows[t]!) - rows[t]![target]!,
  );
  return {
    logits_TV: logits.data,
    tokenLosses,
    lossSum: tokenLosses.reduce((sum, loss) => sum + loss, 0),
    adapterGradients,
    gradients(scale) {
      tape.backward(() => {
        targets.forEach((target, t) => {
          if (target === undefined) return;
          const normaliser = logSumExp(rows[t]!);
          rows[t]!.forEach((logit, token) => {
            const probability = Math.exp(logit - normaliser);
            logits.gradient[t * V + token] = scale * (probability - (token === target ? 1 : 0));
          });
        });
      });
      return gradients;
    },
  };
}

/** Each position predicts the label after it, if that belongs to the same sequence and is learned. */
function shiftLabels(labels: Int32Array, sequenceStarts: Int32Array): (number | undefined)[] {
  const starts = new Set(sequenceStarts);
  return Array.from(labels, (_, t) => {
    const next = labels[t + 1];
    return next === undefined || next === -100 || starts.has(t + 1) ? undefined : next;
  });
}

function logSumExp(row: Float64Array): number {
  const largest = row.reduce((a, b) => Math.max(a, b));
  return largest + Math.log(row.reduce((sum, logit) => sum + Math.exp(logit - largest), 0));
}

/** Matrices over the blocks' flat vectors, by Hugging Face name without `.weight`. */
function nameParameters(
  blocks: readonly BlockLayout[],
  parameters: readonly ArrayLike<number>[],
  gradients: readonly Float64Array[],
): (name: string) => Matrix {
  const matrices = new Map<string, Matrix>();
  blocks.forEach((block, index) => {
    const data = Float64Array.from(parameters[index]!);
    for (const { name, offset, size, shape: extents } of block.parameters)
      matrices.set(name.replace(/\.weight$/, ''), {
        rows: extents.length === 2 ? extents[0]! : 1,
        columns: extents.at(-1)!,
        data: data.subarray(offset, offset + size),
        gradient: gradients[index]!.subarray(offset, offset + size),
      });
  });
  return (name) => {
    const matrix = matrices.get(name);
    if (matrix === undefined) throw new Error(`The model has no ${name}.`);
    return matrix;
  };
}

/** Radians that a token's pair of elements turns by: frequency times position in its own sequence, as float32. */
function rotation(shape: ModelShape, sequenceStarts: Int32Array): (token: number, pair: number) => number {
  const frequency = (pair: number): number => {
    const plain = shape.rope.theta ** ((-2 * pair) / shape.headSize);
    const { scaling } = shape.rope;
    if (scaling === undefined) return plain;
    if (scaling.type === 'linear') return plain / scaling.factor;
    const { factor, lowFrequencyFactor: low, highFrequencyFactor: high, originalContext } = scaling;
    const wavelength = (2 * Math.PI) / plain;
    if (wavelength > originalContext / low) return plain / factor;
    if (wavelength < originalContext / high) return plain;
    const smooth = (originalContext / wavelength - low) / (high - low);
    return (1 - smooth) * (plain / factor) + smooth * plain;
  };
  const frequencies = Float32Array.from({ length: shape.headSize / 2 }, (_, pair) => frequency(pair));
  return (token, pair) => {
    const start = sequenceStarts.findLast((candidate) => candidate <= token)!;
    return Math.fround((token - start) * frequencies[pair]!);
  };
}
