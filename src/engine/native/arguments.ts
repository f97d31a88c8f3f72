import { VicunaError } from '../../core/index.js';
import type { BatchHandle, BlockWeights, LayerActivations, LayerAdapter, Transformer, Vector } from '../engine.js';
import { type BlockLayout, modelBlocks } from '../layout.js';
import { loraBlocks, loraScale, loraTargets } from '../lora.js';
import { NativeActivations, NativeBatch, NativeCompressed, NativeVector } from './handles.js';
import type { Runtime } from './runtime.js';

/** An adapter's vectors on this engine, and what the addon reads of its form. */
export interface AdapterArguments {
  readonly parameters: NativeVector;
  readonly gradient: NativeVector | undefined;
  readonly form: Float64Array;
}

/** Checks what a transformer is given and finds what is behind the handles. */
export class TransformerArguments {
  /** The layout that all layers share, also where the model has none. */
  readonly layerBlock: BlockLayout;
  readonly #runtime: Runtime;
  readonly #owner: Pick<Transformer, 'shape' | 'blocks'>;

  /** @param owner - the transformer, which compressed weights know. */
  constructor(runtime: Runtime, owner: Pick<Transformer, 'shape' | 'blocks'>) {
    this.#runtime = runtime;
    this.#owner = owner;
    this.layerBlock = modelBlocks({ ...owner.shape, layers: 1 })[1]!;
  }

  batch(batch: BatchHandle): NativeBatch {
    return this.#runtime.handles.resolve(batch, NativeBatch);
  }

  activations(activations: LayerActivations): NativeActivations {
    return this.#runtime.handles.resolve(activations, NativeActivations);
  }

  parameters(vector: Vector, block: BlockLayout): NativeVector {
    if (vector.length !== block.size)
      impossible(`the ${block.kind} block has ${block.size} parameters but a vector of ${vector.length} was given`);
    return this.#runtime.handles.resolve(vector, NativeVector);
  }

  weights(weights: BlockWeights, block: BlockLayout): NativeVector | NativeCompressed {
    if ('length' in weights) return this.parameters(weights, block);
    const known = this.#runtime.handles.resolve(weights, NativeCompressed);
    if (known.owner !== this.#owner) impossible('compressed weights of another transformer were given');
    if (known.kind !== block.kind)
      impossible(`compressed weights of the ${known.kind} were given for the ${block.kind}`);
    return known;
  }

  adapter(adapter: LayerAdapter): AdapterArguments {
    const { lora, dropoutSeed } = adapter;
    const block = loraBlocks({ ...this.#owner.shape, layers: 1 }, lora)[0]!;
    const [rate, seed] = dropoutSeed === undefined ? [0, 0] : [lora.dropout, dropoutSeed];
    const isTarget = loraTargets.map((target) => (lora.targets.includes(target) ? 1 : 0));
    return {
      parameters: this.parameters(adapter.parameters, block),
      gradient: adapter.gradient && this.parameters(adapter.gradient, block),
      form: Float64Array.of(lora.rank, loraScale(lora), rate, seed, ...isTarget),
    };
  }

  /** A vector `[T, C]`. */
  rows(vector: Vector, { tokens }: Pick<BatchHandle, 'tokens'>): NativeVector {
    const { hiddenSize } = this.#owner.shape;
    if (vector.length !== tokens * hiddenSize)
      impossible(`${tokens} tokens of ${hiddenSize} elements do not fit a vector of ${vector.length}`);
    return this.#runtime.handles.resolve(vector, NativeVector);
  }

  head<Given extends BlockWeights, Known>(
    { head, embedding }: { readonly head: Given; readonly embedding?: Given | undefined },
    resolve: (given: Given, block: BlockLayout) => Known,
  ): { head: Known; embedding: Known | undefined } {
    const { blocks, shape } = this.#owner;
    const [first, last] = [blocks[0]!, blocks.at(-1)!];
    if (!shape.tiedEmbeddings) return { head: resolve(head, last), embedding: undefined };
    if (embedding === undefined)
      return impossible("the model's embeddings are tied, so its head needs the embedding's parameters too");
    return { head: resolve(head, last), embedding: resolve(embedding, first) };
  }
}

/** @throws VicunaError `engine-failed` */
export function impossible(problem: string): never {
  throw new VicunaError('engine-failed', `The engine was asked for something impossible: ${problem}.`);
}
