import type { BlockLayout, Engine, ModelVectors, Vector, ZerosOptions } from '../engine/index.js';
import { makeVectors } from './vectors.js';

/** @internal */
export interface AdamWSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Whether norms decay as matrices do. */
  readonly decayNorms: boolean;
}

/** What one step is taken with. */
export interface UpdateRates {
  /** Counts from 1. */
  readonly step: number;
  readonly learningRate: number;
  /** Factor on the gradient before use: the clipping factor. */
  readonly gradientScale: number;
}

type Range = readonly [start: number, end: number];

/** Part of a block's vector that is updated here: all of it, or a rank's shard. */
export interface OptimizedPart {
  readonly block: BlockLayout;
  /** First element. */
  readonly start: number;
  /** Element after the last one. */
  readonly end: number;
  readonly zeros?: ZerosOptions;
}

/** AdamW (Loshchilov and Hutter 2019) over parts of blocks; holds their moments. */
export class AdamW {
  readonly firstMoments: readonly Vector[];
  readonly secondMoments: readonly Vector[];
  readonly #engine: Engine;
  readonly #settings: AdamWSettings;
  readonly #decayRanges: readonly (readonly Range[] | undefined)[];

  private constructor(
    engine: Engine,
    parts: readonly OptimizedPart[],
    settings: AdamWSettings,
    moments: { readonly first: readonly Vector[]; readonly second: readonly Vector[] },
  ) {
    this.#engine = engine;
    this.#settings = settings;
    this.#decayRanges = parts.map(({ block, start, end }) =>
      settings.decayNorms ? undefined : clipRanges(matrixRanges(block), start, end),
    );
    this.firstMoments = moments.first;
    this.secondMoments = moments.second;
  }

  static async create(engine: Engine, parts: readonly OptimizedPart[], settings: AdamWSettings): Promise<AdamW> {
    const zeros = () =>
      makeVectors(
        engine,
        parts.map(
          ({ start, end, zeros: options }) =>
            () =>
              engine.zeros(end - start, options),
        ),
      );
    const first = await zeros();
    try {
      return new AdamW(engine, parts, settings, { first, second: await zeros() });
    } catch (error) {
      engine.release(...first);
      throw error;
    }
  }

  /**
   * Changes every part's parameters. Not interruptible: a model is never left between two steps.
   *
   * @param parameters - one vector a part.
   */
  async update(parameters: ModelVectors, gradients: ModelVectors, rates: UpdateRates): Promise<void> {
    const { beta1, beta2, epsilon, weightDecay } = this.#settings;
    for (const [part, vector] of parameters.entries())
      await this.#engine.adamw({
        parameters: vector,
        gradient: gradients[part]!,
        firstMoment: this.firstMoments[part]!,
        secondMoment: this.secondMoments[part]!,
        beta1,
        beta2,
        epsilon,
        weightDecay,
        decayRanges: this.#decayRanges[part],
        ...rates,
      });
  }

  release(): void {
    this.#engine.release(...this.firstMoments, ...this.secondMoments);
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

/** The ranges' share of a part, counted from its start. */
function clipRanges(ranges: readonly Range[], start: number, end: number): Range[] {
  return ranges.flatMap(([from, to]) => {
    const [clippedFrom, clippedTo] = [Math.max(from, start), Math.min(to, end)];
    return clippedFrom < clippedTo ? [[clippedFrom - start, clippedTo - start] as const] : [];
  });
}

/** Accumulated in double precision. */
export async function sumOfSquares(engine: Engine, vectors: ModelVectors): Promise<number> {
  let squares = 0;
  for (const vector of vectors) squares += await engine.sumOfSquares(vector);
  return squares;
}

/** Factor that brings a gradient down to a norm, as `torch.nn.utils.clip_grad_norm_` computes it. */
export function clipFactor(norm: number, maximum: number): number {
  return maximum === 0 ? 1 : Math.min(1, maximum / (norm + 1e-6));
}
