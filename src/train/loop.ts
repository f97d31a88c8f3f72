import type { Engine, Handle, LayerActivations, PackedBatch, Transformer, Vector } from '../engine/index.js';
import { type BlockVectors, lendHead } from './vectors.js';

// Shapes: T tokens of a micro-batch, C hidden size.

/** What a pass over the blocks works with. */
export interface Pass {
  readonly engine: Engine;
  readonly transformer: Transformer;
  readonly parameters: BlockVectors;
  /** Looked at between blocks; engines let other work of the process have a turn in every call. */
  readonly signal: AbortSignal;
}

export interface BackwardOptions {
  /** Where gradients are added. */
  readonly gradients: BlockVectors;
  /** Factor on the gradients: 1 / supervised tokens of the global batch. */
  readonly gradientScale: number;
  /** Layers keep what backward needs while it fits into so many bytes; the others are computed again. */
  readonly activationBytes: number;
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
  const { engine, transformer, parameters, signal } = pass;
  const { gradients } = options;
  const { blocks, shape } = transformer;
  signal.throwIfAborted();
  return holding(engine, async (hold, release) => {
    const batch = hold(await transformer.batch(packed));
    const layers: LayerRecord[] = [];
    let x_TC = hold(await parameters.lend(0, (embedding) => transformer.embeddingForward(embedding, batch)));
    let room = options.activationBytes;
    let layerBytes = 1;
    for (let layer = 0; layer < shape.layers; layer++) {
      signal.throwIfAborted();
      const input_TC = x_TC;
      const keep = room >= layerBytes;
      const { output, activations } = await parameters.lend(layer + 1, (vector) =>
        transformer.layerForward(vector, input_TC, batch, keep),
      );
      x_TC = hold(output);
      if (activations !== undefined) {
        hold(activations);
        layerBytes = activations.bytes;
        room -= layerBytes;
      }
      layers.push({ input_TC, activations });
    }

    signal.throwIfAborted();
    const { lossSum, inputGradient } = await lendHead(parameters, blocks, shape.tiedEmbeddings, (head) =>
      lendHead(gradients, blocks, shape.tiedEmbeddings, (gradient) =>
        transformer.headLoss(head, x_TC, batch, { gradientScale: options.gradientScale, gradient }),
      ),
    );
    release(x_TC);
    let d_TC = hold(inputGradient!);

    for (let layer = shape.layers - 1; layer >= 0; layer--) {
      signal.throwIfAborted();
      const { input_TC, activations } = layers[layer]!;
      const outputGradient = d_TC;
      d_TC = hold(
        await parameters.lend(layer + 1, (vector) =>
          gradients.lend(layer + 1, (gradient) =>
            transformer.layerBackward(vector, input_TC, activations, batch, outputGradient, gradient),
          ),
        ),
      );
      release(outputGradient, input_TC, activations);
    }
    await gradients.lend(0, (gradient) => transformer.embeddingBackward(batch, d_TC, gradient));
    return lossSum;
  });
}

/** The sum of the losses of a micro-batch's supervised tokens, in nats, without gradients. */
export async function forwardLoss(pass: Pass, packed: PackedBatch): Promise<number> {
  const { engine, transformer, parameters, signal } = pass;
  const { blocks, shape } = transformer;
  signal.throwIfAborted();
  return holding(engine, async (hold, release) => {
    const batch = hold(await transformer.batch(packed));
    let x_TC = hold(await parameters.lend(0, (embedding) => transformer.embeddingForward(embedding, batch)));
    for (let layer = 0; layer < shape.layers; layer++) {
      signal.throwIfAborted();
      const input_TC = x_TC;
      const { output } = await parameters.lend(layer + 1, (vector) =>
        transformer.layerForward(vector, input_TC, batch, false),
      );
      x_TC = hold(output);
      release(input_TC);
    }
    signal.throwIfAborted();
    const { lossSum } = await lendHead(parameters, blocks, shape.tiedEmbeddings, (head) =>
      transformer.headLoss(head, x_TC, batch, { gradientScale: 1 }),
    );
    return lossSum;
  });
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
