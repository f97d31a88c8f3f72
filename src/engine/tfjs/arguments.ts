import { VicunaError } from '../../core/index.js';
import type {
  BatchHandle,
  HeadVectors,
  KeyValueCache,
  LayerActivations,
  LayerAdapter,
  ModelVectors,
  Vector,
} from '../engine.js';
import { type BlockLayout, modelBlocks } from '../layout.js';
import { loraBlocks } from '../lora.js';
import type { ModelShape } from '../shape.js';
import { type BatchContent, TfjsActivations, TfjsBatch, TfjsCache } from './handles.js';
import type { ActivationTensors } from './layer.js';
import type { Runtime } from './runtime.js';
import { TfjsVector } from './vector.js';

/** A head's vectors on this engine; the embedding's only where the head uses its matrix. */
export interface HeadTensors {
  readonly head: TfjsVector;
  readonly embedding: TfjsVector | undefined;
}

/** An adapter and its vectors on this engine. */
export interface AdapterArguments {
  readonly adapter: LayerAdapter;
  readonly block: BlockLayout;
  readonly parameters: TfjsVector;
  readonly gradient: TfjsVector | undefined;
}

/** Checks what a transformer is given and finds what is behind the handles. */
export class TransformerArguments {
  readonly blocks: readonly BlockLayout[];
  /** The layout that all layers share, also where the model has none. */
  readonly layerBlock: BlockLayout;
  readonly #runtime: Runtime;
  readonly #shape: ModelShape;

  constructor(runtime: Runtime, shape: ModelShape) {
    this.#runtime = runtime;
    this.#shape = shape;
    this.blocks = modelBlocks(shape);
    this.layerBlock = modelBlocks({ ...shape, layers: 1 })[1]!;
  }

  embedding(vector: Vector): TfjsVector {
    return this.#block(vector, this.blocks[0]!);
  }

  layer(vector: Vector): TfjsVector {
    return this.#block(vector, this.layerBlock);
  }

  adapter(adapter: LayerAdapter): AdapterArguments {
    const block = loraBlocks({ ...this.#shape, layers: 1 }, adapter.lora)[0]!;
    return {
      adapter,
      block,
      parameters: this.#block(adapter.parameters, block),
      gradient: adapter.gradient && this.#block(adapter.gradient, block),
    };
  }

  head({ head, embedding }: HeadVectors): HeadTensors {
    const { tiedEmbeddings } = this.#shape;
    if (tiedEmbeddings && embedding === undefined)
      impossible("the model's embeddings are tied, so its head needs the embedding's vector too");
    return {
      head: this.#block(head, this.blocks.at(-1)!),
      embedding: tiedEmbeddings ? this.embedding(embedding!) : undefined,
    };
  }

  model(vectors: ModelVectors): readonly TfjsVector[] {
    if (vectors.length !== this.blocks.length)
      impossible(`the model has ${this.blocks.length} blocks but ${vectors.length} vectors were given`);
    return this.blocks.map((block, index) => this.#block(vectors[index]!, block));
  }

  /** A vector `[tokens, C]`. */
  rows(vector: Vector, tokens: number): TfjsVector {
    if (vector.length !== tokens * this.#shape.hiddenSize)
      impossible(`${tokens} tokens of ${this.#shape.hiddenSize} elements do not fit a vector of ${vector.length}`);
    return this.#runtime.resolve(vector, TfjsVector);
  }

  batch(batch: BatchHandle): BatchContent {
    return this.#runtime.resolve(batch, TfjsBatch).content;
  }

  activations(activations: LayerActivations): ActivationTensors {
    return this.#runtime.resolve(activations, TfjsActivations).content;
  }

  cache(cache: KeyValueCache): TfjsCache {
    return this.#runtime.resolve(cache, TfjsCache);
  }

  #block(vector: Vector, block: BlockLayout): TfjsVector {
    if (vector.length !== block.size)
      impossible(`the ${block.kind} block has ${block.size} parameters but a vector of ${vector.length} was given`);
    return this.#runtime.resolve(vector, TfjsVector);
  }
}

/** @throws VicunaError `engine-failed` */
export function impossible(problem: string): never {
  throw new VicunaError('engine-failed', `The engine was asked for something impossible: ${problem}.`);
}
