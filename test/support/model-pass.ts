import type {
  Engine,
  HeadVectors,
  LayerAdapter,
  ModelShape,
  PackedBatch,
  Transformer,
  Vector,
} from '../../src/engine/index.js';

/** A model's parameters on an engine. */
export interface ModelOnEngine {
  readonly engine: Engine;
  readonly transformer: Transformer;
  /** One vector a block. */
  readonly parameters: readonly Vector[];
  /** Forward and backward over a batch, gradients added to `gradients`; without those the model is frozen. */
  train(gradients: readonly Vector[] | undefined, options: TrainingOptions, packed: PackedBatch): Promise<TrainingPass>;
}

export interface TrainingOptions {
  readonly gradientScale: number;
  /** Keep activations of every layer, or compute them again in backward. */
  readonly keep: boolean;
  /** One a layer. */
  readonly adapters?: readonly LayerAdapter[];
}

export interface TrainingPass {
  readonly lossSum: number;
  readonly tokenLosses: Float32Array;
}

/** Uploads a model, and releases it when the work is done. */
export async function withModel<Result>(
  engine: Engine,
  shape: ModelShape,
  parameters: readonly Float32Array[],
  work: (model: ModelOnEngine) => Promise<Result>,
): Promise<Result> {
  const vectors = await Promise.all(parameters.map((values) => engine.upload(values)));
  const transformer = engine.transformer(shape);
  try {
    return await work({
      engine,
      transformer,
      parameters: vectors,
      train: (gradients, options, packed) =>
        trainingPass({ engine, transformer, parameters: vectors }, gradients, options, packed),
    });
  } finally {
    engine.release(...vectors);
  }
}

/** Zeros beside every block of a model, for gradients and moments. */
export async function zerosLike({
  engine,
  parameters,
}: Pick<ModelOnEngine, 'engine' | 'parameters'>): Promise<Vector[]> {
  return Promise.all(parameters.map(({ length }) => engine.zeros(length)));
}

type Blocks = Pick<ModelOnEngine, 'engine' | 'transformer' | 'parameters'>;

/** The way a trainer goes over a model's blocks. */
async function trainingPass(
  { engine, transformer, parameters }: Blocks,
  gradients: readonly Vector[] | undefined,
  { gradientScale, keep, adapters }: TrainingOptions,
  packed: PackedBatch,
): Promise<TrainingPass> {
  const batch = await transformer.batch(packed);
  const inputs = [await transformer.embeddingForward(parameters[0]!, batch)];
  const activations = [];
  for (const [layer, vector] of parameters.slice(1, -1).entries()) {
    const forward = await transformer.layerForward(vector, inputs.at(-1)!, batch, keep, adapters?.[layer]);
    inputs.push(forward.output);
    activations.push(forward.activations);
  }
  const head = await transformer.headLoss(headOf(transformer, parameters), inputs.at(-1)!, batch, {
    gradientScale,
    gradient: gradients && headOf(transformer, gradients),
    inputGradient: true,
    tokenLosses: true,
  });
  let gradient = head.inputGradient!;
  for (let layer = activations.length; layer >= 1; layer--) {
    const next = await transformer.layerBackward(
      parameters[layer]!,
      inputs[layer - 1]!,
      activations[layer - 1],
      batch,
      gradient,
      gradients?.[layer],
      adapters?.[layer - 1],
    );
    engine.release(gradient);
    gradient = next;
  }
  if (gradients) await transformer.embeddingBackward(batch, gradient, gradients[0]!);
  engine.release(gradient, batch, ...inputs, ...activations);
  return { lossSum: head.lossSum, tokenLosses: head.tokenLosses! };
}

/** Logits of every position, `[T, V]`. */
export async function logitsPass(
  { engine, transformer, parameters }: Blocks,
  packed: PackedBatch,
  adapters?: readonly LayerAdapter[],
): Promise<Float32Array> {
  const batch = await transformer.batch(packed);
  let x = await transformer.embeddingForward(parameters[0]!, batch);
  for (const [layer, vector] of parameters.slice(1, -1).entries()) {
    const { output } = await transformer.layerForward(vector, x, batch, false, adapters?.[layer]);
    engine.release(x);
    x = output;
  }
  const rows = Int32Array.from(packed.tokens.keys());
  const logits = await transformer.headLogits(headOf(transformer, parameters), x, rows);
  engine.release(batch, x);
  return logits;
}

export function headOf(transformer: Transformer, vectors: readonly Vector[]): HeadVectors {
  return { head: vectors.at(-1)!, embedding: transformer.shape.tiedEmbeddings ? vectors[0] : undefined };
}
