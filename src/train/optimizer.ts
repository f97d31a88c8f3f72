import type { BlockLayout, Engine, ModelVectors, Vector } from '../engine/index.js';
import { zeroVectors } from './vectors.js';

/** @internal */
export interface AdamWSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Whether norms decay as matrices do. */
  readonly decayNorms: boolean;
}

type Range = readonly [start: number, end: number];

/** AdamW (Loshchilov and Hutter 2019) over the blocks of a model; holds the moments. */
export class AdamW {
  readonly #engine: Engine;
  readonly #settings: AdamWSettings;
  readonly #decayRanges: readonly (readonly Range[] | undefined)[];
  readonly #firstMoments: readonly Vector[];
  readonly #secondMoments: readonly Vector[];
  #step = 0;

  private constructor(
    engine: Engine,
    blocks: readonly BlockLayout[],
    settings: AdamWSettings,
    moments: { readonly first: readonly Vector[]; readonly second: readonly Vector[] },
  ) {
    this.#engine = engine;
    this.#settings = settings;
    this.#decayRanges = blocks.map((block) => (settings.decayNorms ? undefined : matrixRanges(block)));
    this.#firstMoments = moments.first;
    this.#secondMoments = moments.second;
  }

  static async create(engine: Engine, blocks: readonly BlockLayout[], settings: AdamWSettings): Promise<AdamW> {
    const first = await zeroVectors(engine, blocks);
    try {
      return new AdamW(engine, blocks, settings, { first, second: await zeroVectors(engine, blocks) });
    } catch (error) {
      engine.release(...first);
      throw error;
    }
  }

  /** Changes every block's parameters. Not interruptible: a model is never left between two steps. */
  async update(
    parameters: ModelVectors,
    gradients: ModelVectors,
    { learningRate, gradientScale }: { readonly learningRate: number; readonly gradientScale: number },
  ): Promise<void> {
    const { beta1, beta2, epsilon, weightDecay } = this.#settings;
    this.#step += 1;
    for (const [block, vector] of parameters.entries())
      await this.#engine.adamw({
        parameters: vector,
        gradient: gradients[block]!,
        firstMoment: this.#firstMoments[block]!,
        secondMoment: this.#secondMoments[block]!,
        step: this.#step,
        learningRate,
        beta1,
        beta2,
        epsilon,
        weightDecay,
        decayRanges: this.#decayRanges[block],
        gradientScale,
      });
  }

  release(): void {
    this.#engine.release(...this.#firstMoments, ...this.#secondMoments);
  }
}

/** Where a block's matrices lie: all of it but the weights of its norms, the only vectors a LLaMA has. */
export function matrixRanges(block: BlockLayout): Range[] {
  const ranges: Range[] = [];
  for (const { offset, size, shape } of block.parameters) {
    if (shape.length < 2) continue;
    const last = ranges.at(-1);
    if (last?.[1] === offset) ranges[ranges.length - 1] = [last[0], offset + size];
    else ranges.push([offset, offset + size]);
  }
  return ranges;
}

/** Norm of a gradient over all blocks, accumulated in double precision. */
export async function gradientNorm(engine: Engine, gradients: ModelVectors): Promise<number> {
  let squares = 0;
  for (const gradient of gradients) squares += await engine.sumOfSquares(gradient);
  return Math.sqrt(squares);
}

/** Factor that brings a gradient down to a norm, as `torch.nn.utils.clip_grad_norm_` computes it. */
export function clipFactor(norm: number, maximum: number): number {
  return maximum === 0 ? 1 : Math.min(1, maximum / (norm + 1e-6));
}
