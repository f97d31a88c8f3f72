import type { BatchHandle, Engine, HeadVectors, PackedBatch, Transformer, Vector } from '../../src/engine/index.js';

/** Parameters of every block on an engine. */
export async function uploadAll(engine: Engine, parameters: readonly Float32Array[]): Promise<Vector[]> {
  return Promise.all(parameters.map((values) => engine.upload(values)));
}

export interface ModelPass {
  readonly lossSum: number;
  readonly tokenLosses: Float32Array;
}

export interface TrainingPass {
  readonly engine: Engine;
  readonly transformer: Transformer;
  readonly parameters: readonly Vector[];
  /** Added to. */
  readonly gradients: readonly Vector[];
  readonly gradientScale: number;
  /** Keep activations of every layer, or compute them again in backward. */
  readonly keep: boolean;
}

/** Forward and backward of a whole model, the way a trainer goes over its blocks. */
export async function trainingPass(pass: TrainingPass, packed: PackedBatch): Promise<ModelPass> {
  const { engine, transformer, parameters, gradients, gradientScale, keep } = pass;
  const batch = await transformer.batch(packed);
  const inputs = [await transformer.embeddingForward(parameters[0]!, batch)];
  const activations = [];
  for (const layer of parameters.slice(1, -1)) {
    const forward = await transformer.layerForward(layer, inputs.at(-1)!, batch, keep);
    inputs.push(forward.output);
    activations.push(forward.activations);
  }
  const head = await transformer.headLoss(headOf(transformer, parameters), inputs.at(-1)!, batch, {
    gradientScale,
    gradient: headOf(transformer, gradients),
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
      gradients[layer]!,
    );
    engine.release(gradient);
    gradient = next;
  }
  await transformer.embeddingBackward(batch, gradient, gradients[0]!);
  engine.release(gradient, batch, ...inputs, ...activations);
  return { lossSum: head.lossSum, tokenLosses: head.tokenLosses! };
}

/** Logits of every position, `[T, V]`. */
export async function logitsPass(
  { engine, transformer, parameters }: Pick<TrainingPass, 'engine' | 'transformer' | 'parameters'>,
  packed: PackedBatch,
): Promise<Float32Array> {
  const batch = await transformer.batch(packed);
  const output = await forwardLayers(engine, transformer, parameters, batch);
  const rows = Int32Array.from(packed.tokens.keys());
  const logits = await transformer.headLogits(headOf(transformer, parameters), output, rows);
  engine.release(batch, output);
  return logits;
}

async function forwardLayers(
  engine: Engine,
  transformer: Transformer,
  parameters: readonly Vector[],
  batch: BatchHandle,
): Promise<Vector> {
  let x = await transformer.embeddingForward(parameters[0]!, batch);
  for (const layer of parameters.slice(1, -1)) {
    const { output } = await transformer.layerForward(layer, x, batch, false);
    engine.release(x);
    x = output;
  }
  return x;
}

export function headOf(transformer: Transformer, vectors: readonly Vector[]): HeadVectors {
  return { head: vectors.at(-1)!, embedding: transformer.shape.tiedEmbeddings ? vectors[0] : undefined };
}
