import { TemporaryFloats, VicunaError } from '../core/index.js';
import type { BlockWeights, Engine, ModelWeights, Vector } from '../engine/index.js';
import { asVectors } from './parameters.js';

/** Weights of a model that are trained elsewhere: they leave block by block, and come back changed. */
export interface WeightLoan {
  /**
   * Fills `into` with the values of a block from `start` on, and frees the block.
   *
   * @param into - of the block's size or shorter.
   */
  take(block: number, start: number, into: Float32Array): Promise<void>;
  /** Brings a block back; the last one makes the model usable again. */
  giveBack(block: number, values: Float32Array): Promise<void>;
  /** No further block comes back: a model that lacks some cannot be used any more. @param advice - what to do instead. */
  end(advice: string): void;
}

/** The weights of one model, wherever they are. */
export class WeightStore {
  readonly #engine: Engine;
  readonly #model: string;
  readonly #blocks: (BlockWeights | undefined)[];
  /** Makes the error for those who want weights that are away. */
  #refusal: (() => VicunaError) | undefined;

  /** @param model - names it in errors. */
  constructor(engine: Engine, weights: ModelWeights, model: string) {
    this.#engine = engine;
    this.#blocks = [...weights];
    this.#model = model;
  }

  /** @throws VicunaError `model-in-training` while they are lent, `weights-lost` when they did not come back. */
  get all(): ModelWeights {
    if (this.#refusal !== undefined) throw this.#refusal();
    return this.#blocks as ModelWeights;
  }

  /**
   * Lends the weights; nobody else gets them until they are back.
   *
   * @throws VicunaError `weights-unsupported` where they are rounded, and as {@link WeightStore.all}.
   */
  lend(): WeightLoan {
    const vectors = asVectors(this.all, this.#model);
    const subject = `Model ${this.#model}`;
    this.#refusal = () =>
      new VicunaError(
        'model-in-training',
        `${subject} is being trained, and its weights are with the ranks. Wait for that run to end, or load the model once more.`,
      );
    return {
      take: async (block, start, into) => {
        const vector = vectors[block]!;
        await this.#read(vector, start, into);
        this.#blocks[block] = undefined;
        this.#engine.release(vector);
      },
      giveBack: async (block, values) => {
        this.#blocks[block] = await this.#engine.upload(values);
        if (this.#isWhole()) this.#refusal = undefined;
      },
      end: (advice) => {
        this.#refusal = this.#isWhole()
          ? undefined
          : () =>
              new VicunaError(
                'weights-lost',
                `${subject} has no weights any more: the ranks that trained them ended before they gave them back. ${advice}`,
              );
      },
    };
  }

  release(): void {
    this.#engine.release(...this.#blocks);
  }

  #isWhole(): boolean {
    return !this.#blocks.includes(undefined);
  }

  async #read(vector: Vector, start: number, into: Float32Array): Promise<void> {
    if (into.length === vector.length) {
      await this.#engine.download(vector, into);
      return;
    }
    using memory = new TemporaryFloats(vector.length);
    const whole = await this.#engine.download(vector, memory.first(vector.length));
    into.set(whole.subarray(start, start + into.length));
  }
}
