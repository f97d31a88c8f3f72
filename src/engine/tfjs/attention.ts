import type { AttentionPlan, AttentionTile } from './attention-plan.js';
import { concat, groupHeads, type HeadGroup, sliceHeads, sliceTokens, tileRows } from './attention-slices.js';
import type { Tensor } from './device.js';
import type { Kernels } from './kernels.js';

// H query heads, K key heads, T queries, S keys, D head size.
// Of a group of heads computed at once: N key heads, M query heads. Of a tile: B queries, R = B * M / N rows, U keys of
// a chunk. Queries come scaled by 1 / sqrt(D).

export type AttentionInput = {
  readonly q_HTD: Tensor;
  readonly k_KSD: Tensor;
  readonly v_KSD: Tensor;
};

export type AttentionOutput = {
  readonly output_HTD: Tensor;
  /** Logarithm of each query's sum of exponentials, `[H, T, 1]`: backward makes the weights again from it. */
  readonly logSumExp_HT1: Tensor;
};

/**
 * Attention in tiles with a running softmax (Milakov and Gimelshein 2018; Dao et al. 2022): for each tile of queries one
 * chunk of keys after the other, so that memory grows with T and not with its square.
 */
export function attentionForward(kernels: Kernels, input: AttentionInput, plan: AttentionPlan): AttentionOutput {
  const { device } = kernels;
  const groups = groupHeads(kernels, input.q_HTD.shape[0]!, input.k_KSD.shape[0]!).map((group) =>
    device.tidy(() => {
      const heads = sliceGroup(kernels, input, group);
      const tiles = plan.map((tile) => device.tidy(() => tileForward(kernels, heads, tile)));
      return {
        output_MTD: concat(
          kernels,
          tiles.map(({ output_MBD }) => output_MBD),
          1,
        ),
        logSumExp_MT1: concat(
          kernels,
          tiles.map(({ logSumExp_MB1 }) => logSumExp_MB1),
          1,
        ),
      };
    }),
  );
  return {
    output_HTD: concat(
      kernels,
      groups.map(({ output_MTD }) => output_MTD),
      0,
    ),
    logSumExp_HT1: concat(
      kernels,
      groups.map(({ logSumExp_MT1 }) => logSumExp_MT1),
      0,
    ),
  };
}

/** A group's part of {@link AttentionInput}. */
export interface GroupHeads {
  readonly q_MTD: Tensor;
  readonly k_NSD: Tensor;
  readonly v_NSD: Tensor;
}

export function sliceGroup(kernels: Kernels, { q_HTD, k_KSD, v_KSD }: AttentionInput, group: HeadGroup): GroupHeads {
  return {
    q_MTD: sliceHeads(kernels, q_HTD, group.queryHeads),
    k_NSD: sliceHeads(kernels, k_KSD, group.keyHeads),
    v_NSD: sliceHeads(kernels, v_KSD, group.keyHeads),
  };
}

interface RunningSoftmax {
  readonly maximum_NR1: Tensor;
  readonly sum_NR1: Tensor;
  /** Weighted values, still to be divided by the sum. */
  readonly output_NRD: Tensor;
}

function tileForward(kernels: Kernels, { q_MTD, k_NSD, v_NSD }: GroupHeads, tile: AttentionTile) {
  const { tf } = kernels.device;
  const q_NRD = tileRows(kernels, q_MTD, tile, k_NSD.shape[0]!);
  let state: RunningSoftmax | undefined;
  for (const { start, end, visibility } of tile.chunks) {
    const scores_NRU = kernels.matmul(q_NRD, sliceTokens(kernels, k_NSD, start, end), { transposeB: true });
    const { weights_NRU, maximum_NR1, sum_NR1 } = kernels.softmaxStep(scores_NRU, visibility, state?.maximum_NR1);
    const output_NRD = kernels.matmul(weights_NRU, sliceTokens(kernels, v_NSD, start, end));
    state = addChunk(kernels, state, { maximum_NR1, sum_NR1, output_NRD });
  }
  const { maximum_NR1, sum_NR1, output_NRD } = state!;
  const [queryHeads, queries] = [q_MTD.shape[0]!, tile.end - tile.start];
  return {
    output_MBD: tf.reshape(tf.div(output_NRD, sum_NR1), [queryHeads, queries, q_MTD.shape[2]!]),
    logSumExp_MB1: tf.reshape(tf.add(maximum_NR1, tf.log(sum_NR1)), [queryHeads, queries, 1]),
  };
}

/** Brings what earlier chunks gave to the maximum that the latest is relative to, and adds both. */
function addChunk({ device }: Kernels, before: RunningSoftmax | undefined, chunk: RunningSoftmax): RunningSoftmax {
  if (before === undefined) return chunk;
  const { tf } = device;
  const share_NR1 = tf.exp(tf.sub(before.maximum_NR1, chunk.maximum_NR1));
  return {
    maximum_NR1: chunk.maximum_NR1,
    sum_NR1: tf.add(tf.mul(before.sum_NR1, share_NR1), chunk.sum_NR1),
    output_NRD: tf.add(tf.mul(before.output_NRD, share_NR1), chunk.output_NRD),
  };
}
