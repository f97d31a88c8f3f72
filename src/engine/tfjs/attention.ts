import type { AttentionPlan, AttentionTile, KeyChunk } from './attention-plan.js';
import type { Tensor } from './device.js';
import type { Kernels } from './kernels.js';

// H query heads, K key heads, G = H / K query heads a key head, T queries, S keys, D head size.
// Of the part computed at once: N key heads, M = N * G query heads, B queries of a tile, U keys of a chunk.
// Queries come scaled by 1 / sqrt(D).

/** Where attention looks: the plan, and its masks on the device. */
export interface DeviceAttentionPlan {
  readonly plan: AttentionPlan;
  readonly masks: ReadonlyMap<Float32Array, Tensor>;
}

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
export function attentionForward(
  kernels: Kernels,
  input: AttentionInput,
  attention: DeviceAttentionPlan,
): AttentionOutput {
  const { device } = kernels;
  const groups = headGroups(kernels, input).map((group) =>
    device.tidy(() => {
      const part = groupInput(kernels, input, group);
      const tiles = attention.plan.tiles.map((tile) => device.tidy(() => tileForward(kernels, part, tile, attention)));
      return {
        output_MTD: concat(
          kernels,
          tiles.map((tile) => tile.output_MBD),
          1,
        ),
        logSumExp_MT1: concat(
          kernels,
          tiles.map((tile) => tile.logSumExp_MB1),
          1,
        ),
      };
    }),
  );
  return {
    output_HTD: concat(
      kernels,
      groups.map((group) => group.output_MTD),
      0,
    ),
    logSumExp_HT1: concat(
      kernels,
      groups.map((group) => group.logSumExp_MT1),
      0,
    ),
  };
}

/** @returns gradients of the (scaled) queries, keys and values. */
export function attentionBackward(
  kernels: Kernels,
  input: AttentionInput,
  { output_HTD, logSumExp_HT1 }: AttentionOutput,
  outputGradient_HTD: Tensor,
  attention: DeviceAttentionPlan,
): AttentionInput {
  const { device } = kernels;
  const { tf } = device;
  const delta_HT1 = tf.sum(tf.mul(outputGradient_HTD, output_HTD), -1, true);
  const groups = headGroups(kernels, input).map((group) =>
    device.tidy(() => {
      const part = groupInput(kernels, input, group);
      const rows = {
        outputGradient: sliceHeads(kernels, outputGradient_HTD, group.firstQueryHead, group.queryHeads),
        logSumExp: sliceHeads(kernels, logSumExp_HT1, group.firstQueryHead, group.queryHeads),
        delta: sliceHeads(kernels, delta_HT1, group.firstQueryHead, group.queryHeads),
      };
      const gradients = new KeyGradients(kernels);
      // From the last tile back, so that the first gradient of a chunk is its longest and the others fit into it.
      const dq = [...attention.plan.tiles].reverse().map((tile) => {
        const gradient = device.tidy(() => tileBackward(kernels, part, rows, tile, attention));
        for (const chunk of gradient.chunks) gradients.add(chunk);
        return gradient.q_MBD;
      });
      return { q: concat(kernels, dq.reverse(), 1), ...gradients.whole() };
    }),
  );
  return {
    q_HTD: concat(
      kernels,
      groups.map((group) => group.q),
      0,
    ),
    k_KSD: concat(
      kernels,
      groups.map((group) => group.k),
      0,
    ),
    v_KSD: concat(
      kernels,
      groups.map((group) => group.v),
      0,
    ),
  };
}

interface HeadGroup {
  readonly firstKeyHead: number;
  readonly keyHeads: number;
  readonly firstQueryHead: number;
  readonly queryHeads: number;
}

interface GroupInput {
  readonly q_MTD: Tensor;
  readonly k_NSD: Tensor;
  readonly v_NSD: Tensor;
}

/** Tensors `[M, T, ...]` that backward reads tile by tile. */
interface GroupRows {
  readonly outputGradient: Tensor;
  readonly logSumExp: Tensor;
  readonly delta: Tensor;
}

interface ChunkGradient {
  readonly start: number;
  readonly k_NUD: Tensor;
  readonly v_NUD: Tensor;
}

function headGroups(kernels: Kernels, { q_HTD, k_KSD }: AttentionInput): HeadGroup[] {
  const keyValueHeads = k_KSD.shape[0]!;
  const keyHeads = kernels.headsAtOnce(keyValueHeads);
  const queriesPerKey = q_HTD.shape[0]! / keyValueHeads;
  return Array.from({ length: keyValueHeads / keyHeads }, (_, index) => ({
    firstKeyHead: index * keyHeads,
    keyHeads,
    firstQueryHead: index * keyHeads * queriesPerKey,
    queryHeads: keyHeads * queriesPerKey,
  }));
}

function groupInput(kernels: Kernels, { q_HTD, k_KSD, v_KSD }: AttentionInput, group: HeadGroup): GroupInput {
  return {
    q_MTD: sliceHeads(kernels, q_HTD, group.firstQueryHead, group.queryHeads),
    k_NSD: sliceHeads(kernels, k_KSD, group.firstKeyHead, group.keyHeads),
    v_NSD: sliceHeads(kernels, v_KSD, group.firstKeyHead, group.keyHeads),
  };
}

function tileForward(kernels: Kernels, part: GroupInput, tile: AttentionTile, attention: DeviceAttentionPlan) {
  const { tf } = kernels.device;
  const q_NRD = queryRows(kernels, part.q_MTD, tile, part.k_NSD.shape[0]!);
  let state: { maximum: Tensor; sum: Tensor; output: Tensor } | undefined;
  for (const chunk of tile.chunks) {
    const v_NUD = sliceTokens(kernels, part.v_NSD, chunk.start, chunk.end);
    const scores = maskedScores(kernels, q_NRD, part.k_NSD, tile, chunk, attention);
    const chunkMaximum = tf.max(scores, -1, true);
    const maximum: Tensor = state === undefined ? chunkMaximum : tf.maximum(state.maximum, chunkMaximum);
    const weights = kernels.exponential(tf.sub(scores, maximum));
    const chunkSum = tf.sum(weights, -1, true);
    const chunkOutput = kernels.matmul(weights, v_NUD);
    if (state === undefined) state = { maximum, sum: chunkSum, output: chunkOutput };
    else {
      const kept = kernels.exponential(tf.sub(state.maximum, maximum));
      state = {
        maximum,
        sum: tf.add(tf.mul(state.sum, kept), chunkSum),
        output: tf.add(tf.mul(state.output, kept), chunkOutput),
      };
    }
  }
  const { maximum, sum, output } = state!;
  const [queryHeads, , size] = part.q_MTD.shape as [number, number, number];
  const queries = tile.end - tile.start;
  return {
    output_MBD: tf.reshape(tf.div(output, sum), [queryHeads, queries, size]),
    logSumExp_MB1: tf.reshape(tf.add(maximum, tf.log(sum)), [queryHeads, queries, 1]),
  };
}

function tileBackward(
  kernels: Kernels,
  part: GroupInput,
  rows: GroupRows,
  tile: AttentionTile,
  attention: DeviceAttentionPlan,
): { q_MBD: Tensor; chunks: ChunkGradient[] } {
  const { device } = kernels;
  const { tf } = device;
  const keyHeads = part.k_NSD.shape[0]!;
  const q_NRD = queryRows(kernels, part.q_MTD, tile, keyHeads);
  const outputGradient_NRD = queryRows(kernels, rows.outputGradient, tile, keyHeads);
  const logSumExp_NR1 = queryRows(kernels, rows.logSumExp, tile, keyHeads);
  const delta_NR1 = queryRows(kernels, rows.delta, tile, keyHeads);
  let q_NRD_gradient: Tensor | undefined;
  const chunks = tile.chunks.map((chunk) => {
    const { q, ...gradient } = device.tidy(() => {
      const k_NUD = sliceTokens(kernels, part.k_NSD, chunk.start, chunk.end);
      const v_NUD = sliceTokens(kernels, part.v_NSD, chunk.start, chunk.end);
      const scores = maskedScores(kernels, q_NRD, part.k_NSD, tile, chunk, attention);
      const weights = kernels.exponential(tf.sub(scores, logSumExp_NR1));
      const weightGradient = kernels.matmul(outputGradient_NRD, v_NUD, { transposeB: true });
      const scoreGradient = tf.mul(weights, tf.sub(weightGradient, delta_NR1));
      return {
        q: kernels.matmul(scoreGradient, k_NUD),
        k_NUD: kernels.matmul(scoreGradient, q_NRD, { transposeA: true }),
        v_NUD: kernels.matmul(weights, outputGradient_NRD, { transposeA: true }),
      };
    });
    q_NRD_gradient = q_NRD_gradient === undefined ? q : tf.add(q_NRD_gradient, q);
    return { start: chunk.start, ...gradient };
  });
  const [queryHeads, , size] = part.q_MTD.shape as [number, number, number];
  return { q_MBD: tf.reshape(q_NRD_gradient!, [queryHeads, tile.end - tile.start, size]), chunks };
}

function maskedScores(
  kernels: Kernels,
  q_NRD: Tensor,
  k_NSD: Tensor,
  tile: AttentionTile,
  chunk: KeyChunk,
  attention: DeviceAttentionPlan,
): Tensor {
  const { tf } = kernels.device;
  const k_NUD = sliceTokens(kernels, k_NSD, chunk.start, chunk.end);
  const scores_NRU = kernels.matmul(q_NRD, k_NUD, { transposeB: true });
  if (chunk.mask_BU === undefined) return scores_NRU;
  const [keyHeads, rows, keys] = scores_NRU.shape as [number, number, number];
  const queries = tile.end - tile.start;
  const scores_MBU = tf.reshape(scores_NRU, [(keyHeads * rows) / queries, queries, keys]);
  return tf.reshape(tf.add(scores_MBU, attention.masks.get(chunk.mask_BU)!), scores_NRU.shape);
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
    if (known === undefined) {
      this.#chunks.set(chunk.start, chunk);
      return;
    }
    const k_NUD = this.#sum(known.k_NUD, chunk.k_NUD);
    const v_NUD = this.#sum(known.v_NUD, chunk.v_NUD);
    this.#chunks.set(chunk.start, { start: chunk.start, k_NUD, v_NUD });
  }

  whole(): { k: Tensor; v: Tensor } {
    const chunks = [...this.#chunks.values()].sort((a, b) => a.start - b.start);
    return {
      k: concat(
        this.#kernels,
        chunks.map((chunk) => chunk.k_NUD),
        1,
      ),
      v: concat(
        this.#kernels,
        chunks.map((chunk) => chunk.v_NUD),
        1,
      ),
    };
  }

  /** Frees both, so that only one sum a chunk is alive however many tiles there are. */
  #sum(longer: Tensor, shorter: Tensor): Tensor {
    const { device } = this.#kernels;
    const missing = longer.shape[1]! - shorter.shape[1]!;
    const sum = device.tidy(() => {
      const padded =
        missing === 0
          ? shorter
          : device.tf.pad(shorter, [
              [0, 0],
              [0, missing],
              [0, 0],
            ]);
      return device.tf.add(longer, padded);
    });
    longer.dispose();
    shorter.dispose();
    return sum;
  }
}

/** `[M, B, X]` of a tile as `[N, G * B, X]`, the query heads of one key head below each other. */
function queryRows(kernels: Kernels, x_MTX: Tensor, tile: AttentionTile, keyHeads: number): Tensor {
  const rows_MBX = sliceTokens(kernels, x_MTX, tile.start, tile.end);
  return kernels.device.tf.reshape(rows_MBX, [keyHeads, -1, x_MTX.shape[2]!]);
}

function sliceTokens(kernels: Kernels, x_NTX: Tensor, start: number, end: number): Tensor {
  const [heads, tokens, width] = x_NTX.shape as [number, number, number];
  if (start === 0 && end === tokens) return x_NTX;
  return kernels.slice(x_NTX, [0, start, 0], [heads, end - start, width]);
}

function sliceHeads(kernels: Kernels, x_HTX: Tensor, first: number, count: number): Tensor {
  const [heads, tokens, width] = x_HTX.shape as [number, number, number];
  if (count === heads) return x_HTX;
  return kernels.slice(x_HTX, [first, 0, 0], [count, tokens, width]);
}

function concat(kernels: Kernels, tensors: readonly Tensor[], axis: number): Tensor {
  return tensors.length === 1 ? tensors[0]! : kernels.device.tf.concat([...tensors], axis);
}
