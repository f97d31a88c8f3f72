import type {
  BatchHandle,
  Engine,
  Handle,
  HeadVectors,
  LayerActivations,
  LayerAdapter,
  PackedBatch,
  ResolvedLoraConfig,
  Transformer,
  Vector,
} from '../engine/index.js';
import { type BlockVectors, lendHead } from './vectors.js';

// Shapes: T tokens of a micro-batch, C hidden size.

/** What a pass over the blocks works with. */
export interface Pass {
  readonly engine: Engine;
  readonly transformer: Transformer;
  readonly parameters: BlockVectors;
  /** Where the parameters are frozen: what is trained beside them. */
  readonly adapter?: AdapterPass | undefined;
  /** Looked at between blocks; engines let other work of the process have a turn in every call. */
  readonly signals: readonly AbortSignal[];
}

/** Low-rank adapters of all layers. */
export interface AdapterPass {
  readonly lora: ResolvedLoraConfig;
  /** One vector a layer. */
  readonly parameters: BlockVectors;
}

export interface BackwardOptions {
  /** Where gradients are added: those of the model's blocks, or of the adapters, one a layer. */
  readonly gradients: BlockVectors;
  /** Factor on the gradients: 1 / supervised tokens of the global batch. */
  readonly gradientScale: number;
  /** Layers keep what backward needs while it fits into so many bytes; the others are computed again. */
  readonly activationBytes: number;
  /** What an adapter's dropout is drawn from in a layer; nothing is dropped without it. */
  readonly dropoutSeed?: ((layer: number) => number) | undefined;
}

/** What a layer's backward needs of its forward. */
interface LayerRecord {
  readonly input_TC: Vector;
  readonly activations: LayerActivations | undefined;
}

/**
 * Forward and backward of one micro-batch, one block at a time. Gradients are added; nothing else is left on the engine.
 *
 * @returns the sum of the losses of its supervised tokens, in nats.
 */
export async function forwardBackward(pass: Pass, packed: PackedBatch, options: BackwardOptions): Promise<number> {
  const { engine, transformer, parameters } = pass;
  const { gradients } = options;
  const { shape } = transformer;
  const isFrozen = pass.adapter !== undefined;
  throwIfAborted(pass);
  return holding(engine, async (hold, release) => {
    const batch = hold(await transformer.batch(packed));
    const layers: LayerRecord[] = [];
    let x_TC = hold(await embed(pass, (embedding) => transformer.embeddingForward(embedding, batch)));
    let room = options.activationBytes;
    let layerBytes = 1;
    for (let layer = 0; layer < shape.layers; layer++) {
      throwIfAborted(pass);
      const input_TC = x_TC;
      const keep = room >= layerBytes;
      const { output, activations } = await lendLayer(pass, options, layer, (weights, adapter) => {
        parameters.prefetch?.(layer + 2);
        return transformer.layerForward(weights, input_TC, batch, keep, adapter);
      });
      x_TC = hold(output);
      if (activations !== undefined) {
        hold(activations);
        layerBytes = activations.bytes;
        room -= layerBytes;
      }
      layers.push({ input_TC, activations });
    }

    throwIfAborted(pass);
    const { lossSum, inputGradient } = await backwardHead(pass, options, (head, gradient) =>
      transformer.headLoss(head, x_TC, batch, {
        gradientScale: options.gradientScale,
        gradient,
        inputGradient: true,
      }),
    );
    release(x_TC);
    let d_TC = hold(inputGradient!);

    for (let layer = shape.layers - 1; layer >= 0; layer--) {
      throwIfAborted(pass);
      const { input_TC, activations } = layers[layer]!;
      const outputGradient = d_TC;
      d_TC = hold(
        await lendLayer(pass, options, layer, (weights, adapter) => {
          if (layer > 0) parameters.prefetch?.(layer);
          return gradients.lend(isFrozen ? layer : layer + 1, (gradient) => {
            const ofAdapter = adapter && { ...adapter, gradient };
            const ofWeights = isFrozen ? undefined : gradient;
            return transformer.layerBackward(
              weights,
              input_TC,
              activations,
              batch,
              outputGradient,
              ofWeights,
              ofAdapter,
            );
          });
        }),
      );
      release(outputGradient, input_TC, activations);
    }
    if (!isFrozen) await gradients.lend(0, (gradient) => transformer.embeddingBackward(batch, d_TC, gradient));
    return lossSum;
  });
}

/** The sum of the losses of a micro-batch's supervised tokens, in nats, without gradients. */
export async function forwardLoss(pass: Pass, packed: PackedBatch): Promise<number> {
  return forwardOnly(pass, packed, async (head, x_TC, batch) => {
    const { lossSum } = await pass.transformer.headLoss(head, x_TC, batch, { gradientScale: 1 });
    return lossSum;
  });
}

/** @returns logits `[V]` of what follows the last token. */
export async function forwardLogits(pass: Pass, packed: PackedBatch): Promise<Float32Array> {
  const last = Int32Array.of(packed.tokens.length - 1);
  return forwardOnly(pass, packed, (head, x_TC) => pass.transformer.headLogits(head, x_TC, last));
}

/** @param use - what is made of the last layer's output */
async function forwardOnly<T>(
  pass: Pass,
  packed: PackedBatch,
  use: (head: HeadVectors, x_TC: Vector, batch: BatchHandle) => Promise<T>,
): Promise<T> {
  const { engine, transformer, parameters } = pass;
  const { blocks, shape } = transformer;
  throwIfAborted(pass);
  return holding(engine, async (hold, release) => {
    const batch = hold(await transformer.batch(packed));
    let x_TC = hold(await embed(pass, (embedding) => transformer.embeddingForward(embedding, batch)));
    for (let layer = 0; layer < shape.layers; layer++) {
      throwIfAborted(pass);
      const input_TC = x_TC;
      const { output } = await lendLayer(pass, {}, layer, (weights, adapter) => {
        parameters.prefetch?.(layer + 2);
        return transformer.layerForward(weights, input_TC, batch, false, adapter);
      });
      x_TC = hold(output);
      release(input_TC);
    }
    throwIfAborted(pass);
    return lendHead(parameters, blocks, shape.tiedEmbeddings, (head) => use(head, x_TC, batch));
  });
}

function embed(pass: Pass, use: (embedding: Vector) => Promise<Vector>): Promise<Vector> {
  return pass.parameters.lend(0, (embedding) => {
    pass.parameters.prefetch?.(1);
    return use(embedding);
  });
}

/** A layer's parameters, and its adapter where there is one. */
function lendLayer<T>(
  { parameters, adapter }: Pass,
  { dropoutSeed }: Pick<BackwardOptions, 'dropoutSeed'>,
  layer: number,
  use: (weights: Vector, adapter: LayerAdapter | undefined) => Promise<T>,
): Promise<T> {
  return parameters.lend(layer + 1, (weights) => {
    if (adapter === undefined) return use(weights, undefined);
    const { lora } = adapter;
    return adapter.parameters.lend(layer, (vector) =>
      use(weights, { lora, parameters: vector, dropoutSeed: dropoutSeed?.(layer) }),
    );
  });
}

/** The head's parameters, and where their gradients go unless they are frozen. */
function backwardHead<T>(
  { transformer: { blocks, shape }, parameters, adapter }: Pass,
  { gradients }: BackwardOptions,
  use: (head: Parameters<Transformer['headLoss']>[0], gradient: { head: Vector } | undefined) => Promise<T>,
): Promise<T> {
  return lendHead(parameters, blocks, shape.tiedEmbeddings, (head) => {
    parameters.prefetch?.(shape.layers);
    if (adapter !== undefined) return use(head, undefined);
    return lendHead(gradients, blocks, shape.tiedEmbeddings, (gradient) => use(head, gradient));
  });
}

function throwIfAborted({ signals }: Pass): void {
  for (const signal of signals) signal.throwIfAborted();
}

type Hold = <H extends Handle>(handle: H) => H;
type Release = (...handles: readonly (Handle | undefined)[]) => void;

/** Releases, however `use` ends, whatever it held and did not release before. */
async function holding<T>(engine: Engine, use: (hold: Hold, release: Release) => Promise<T>): Promise<T> {
  const held = new Set<Handle>();
  try {
    return await use(
      (handle) => {
        held.add(handle);
        return handle;
      },
      (...handles) => {
        for (const handle of handles) if (handle !== undefined) held.delete(handle);
        engine.release(...handles);
      },
    );
  } finally {
    engine.release(...held);
  }
}
