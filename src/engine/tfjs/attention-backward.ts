import { type AttentionInput, type AttentionOutput, type GroupHeads, sliceGroup } from './attention.js';
import type { AttentionPlan, AttentionTile } from './attention-plan.js';
import { concat, groupHeads, sliceHeads, sliceTokens, tileRows } from './attention-slices.js';
import type { Tensor } from './device.js';
import type { Kernels } from './kernels.js';

// Shapes as in attention.ts.

/** @returns gradients of the (scaled) queries, of keys and of values. */
export function attentionBackward(
  kernels: Kernels,
  input: AttentionInput,
  { output_HTD, logSumExp_HT1 }: AttentionOutput,
  outputGradient_HTD: Tensor,
  plan: AttentionPlan,
): AttentionInput {
  const { device } = kernels;
  // What a query's weights have in common: the sum of its weights times their gradients.
  const delta_HT1 = kernels.rowDots(outputGradient_HTD, output_HTD);
  const groups = groupHeads(kernels, input.q_HTD.shape[0]!, input.k_KSD.shape[0]!).map((group) =>
    device.tidy(() => {
      const heads = {
        ...sliceGroup(kernels, input, group),
        outputGradient_MTD: sliceHeads(kernels, outputGradient_HTD, group.queryHeads),
        logSumExp_MT1: sliceHeads(kernels, logSumExp_HT1, group.queryHeads),
        delta_MT1: sliceHeads(kernels, delta_HT1, group.queryHeads),
      };
      const keys = new KeyGradients(kernels);
      // From the last tile back, so that the first gradient of a chunk is its longest and the others fit into it.
      const queries = [...plan].reverse().map((tile) => {
        const { q_MBD, chunks } = device.tidy(() => tileBackward(kernels, heads, tile));
        for (const chunk of chunks) keys.add(chunk);
        return q_MBD;
      });
      return { q_MTD: concat(kernels, queries.reverse(), 1), ...keys.whole() };
    }),
  );
  const join = (of: (group: (typeof groups)[number]) => Tensor) => concat(kernels, groups.map(of), 0);
  return { q_HTD: join(({ q_MTD }) => q_MTD), k_KSD: join(({ k_NSD }) => k_NSD), v_KSD: join(({ v_NSD }) => v_NSD) };
}

interface BackwardHeads extends GroupHeads {
  readonly outputGradient_MTD: Tensor;
  readonly logSumExp_MT1: Tensor;
  readonly delta_MT1: Tensor;
}

/** Gradients of the keys and values from `start` on. */
type ChunkGradient = { readonly start: number; readonly k_NUD: Tensor; readonly v_NUD: Tensor };

function tileBackward(
  kernels: Kernels,
  heads: BackwardHeads,
  tile: AttentionTile,
): { q_MBD: Tensor; chunks: ChunkGradient[] } {
  const { device } = kernels;
  const { tf } = device;
  const keyHeads = heads.k_NSD.shape[0]!;
  const q_NRD = tileRows(kernels, heads.q_MTD, tile, keyHeads);
  const outputGradient_NRD = tileRows(kernels, heads.outputGradient_MTD, tile, keyHeads);
  const logSumExp_NR1 = tileRows(kernels, heads.logSumExp_MT1, tile, keyHeads);
  const delta_NR1 = tileRows(kernels, heads.delta_MT1, tile, keyHeads);
  let queryGradient_NRD: Tensor | undefined;
  const chunks = tile.chunks.map(({ start, end, visibility }) => {
    const { q, ...gradient } = device.tidy(() => {
      const k_NUD = sliceTokens(kernels, heads.k_NSD, start, end);
      const v_NUD = sliceTokens(kernels, heads.v_NSD, start, end);
      const { weights_NRU, scoreGradient_NRU } = kernels.softmaxBackward({
        scores_NRU: kernels.matmul(q_NRD, k_NUD, { transposeB: true }),
        weightGradient_NRU: kernels.matmul(outputGradient_NRD, v_NUD, { transposeB: true }),
        logSumExp_NR1,
        delta_NR1,
        visibility,
      });
      return {
        q: kernels.matmul(scoreGradient_NRU, k_NUD),
        k_NUD: kernels.matmul(scoreGradient_NRU, q_NRD, { transposeA: true }),
        v_NUD: kernels.matmul(weights_NRU, outputGradient_NRD, { transposeA: true }),
      };
    });
    queryGradient_NRD = queryGradient_NRD === undefined ? q : tf.add(queryGradient_NRD, q);
    return { start, ...gradient };
  });
  const [queryHeads, , size] = heads.q_MTD.shape as [number, number, number];
  return { q_MBD: tf.reshape(queryGradient_NRD!, [queryHeads, tile.end - tile.start, size]), chunks };
}

/** Gradients of keys and values, summed over the tiles that looked at them. */
class KeyGradients {
  readonly #kernels: Kernels;
  readonly #chunks = new Map<number, ChunkGradient>();

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  add(chunk: ChunkGradient): void {
    const known = this.#chunks.get(chunk.start);
    this.#chunks.set(chunk.start, {
      start: chunk.start,
      k_NUD: this.#sum(known?.k_NUD, chunk.k_NUD),
      v_NUD: this.#sum(known?.v_NUD, chunk.v_NUD),
    });
  }

  whole(): { k_NSD: Tensor; v_NSD: Tensor } {
    const chunks = [...this.#chunks.values()].sort((a, b) => a.start - b.start);
    const join = (of: (chunk: ChunkGradient) => Tensor) => concat(this.#kernels, chunks.map(of), 1);
    return { k_NSD: join(({ k_NUD }) => k_NUD), v_NSD: join(({ v_NUD }) => v_NUD) };
  }

  /** Frees both, so that only one sum a chunk is alive however many tiles there are. */
  #sum(longer: Tensor | undefined, shorter: Tensor): Tensor {
    if (longer === undefined) return shorter;
    const { device } = this.#kernels;
    const missing = longer.shape[1]! - shorter.shape[1]!;
    const sum = device.tidy(() => {
      const padded = missing === 0 ? shorter : device.tf.pad(shorter, [[0, 0], [0, missing], [0, 0]]); // biome-ignore format: a matrix
      return device.tf.add(longer, padded);
    });
    longer.dispose();
    shorter.dispose();
    return sum;
  }
}
