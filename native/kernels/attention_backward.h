#pragma once

#include "attention_tile.h"

// Backward of flash attention: scores are computed again from queries, keys and the kept log-sum-exp. With P the weights,
// dP = dO V^T and delta = rowsum(dO * O): dS = P * (dP - delta), dQ = dS K, dK = dS^T Q, dV = P^T dO. One task takes a head of
// a sequence; heads that share keys write their key gradients a.ofEveryHead, and a second group of tasks adds them in order.

namespace vicuna {
namespace VICUNA_ISA {

/// Everything one head of one sequence of T tokens needs, in scratch memory. R: T rounded up to whole blocks.
class HeadGradient {
 public:
  static Index size(Index T, Index D) {
    const Index R = roundUp(T, kAttentionRows);
    return R * (4 * D + 6 * paddedHead(D) + 2) + 2 * kAttentionRows * kAttentionRows + 4 * (kPackingSlack + kTileColumns * D);
  }

  HeadGradient(float* memory, Index T, Index D) : T_(T), D_(D), P_(paddedHead(D)), free_(memory) {
    const Index R = roundUp(T, kAttentionRows), panels = R * D + kTileColumns * D + kPackingSlack;
    queryPanels_ = take(panels);
    outputPanels_ = take(panels);
    keyPanels_ = take(panels);
    valuePanels_ = take(panels);
    queries_P_ = take(R * P_);
    outputs_P_ = take(R * P_);
    keys_P_ = take(R * P_);
    dQueries_P = take(R * P_);
    dKeys_P = take(R * P_);
    dValues_P = take(R * P_);
    logSumExp_ = take(R);
    delta_ = take(R);
    weights_ = take(kAttentionRows * kAttentionRows);
    dScores_ = take(kAttentionRows * kAttentionRows);
  }

  void pack(const float* query, const float* key, const float* value, Index stride, const float* output,
            const float* outputGradient, Index outputStride, const float* logSumExp) {
    const float factor = scale();
    packQueries(query, stride, T_, D_, factor, queryPanels_);
    packHeadRows(query, stride, T_, D_, factor, queries_P_);
    packQueries(outputGradient, outputStride, T_, D_, 1.0f, outputPanels_);
    packHeadRows(outputGradient, outputStride, T_, D_, 1.0f, outputs_P_);
    packRows<kTileColumns>(key, stride, T_, D_, keyPanels_);
    packHeadRows(key, stride, T_, D_, 1.0f, keys_P_);
    packRows<kTileColumns>(value, stride, T_, D_, valuePanels_);
    for (Index t = 0; t < T_; t++) {
      Vec products{};
      forEachVector(D_, [&](Index d, auto access) {
        products += access.load(output + t * outputStride + d) * access.load(outputGradient + t * outputStride + d);
      });
      delta_[t] = sumOfLanes(products);
      logSumExp_[t] = logSumExp[t];
    }
    // Rows past the end are computed with their tile and thrown away.
    for (Index t = T_; t < roundUp(T_, kTileRows); t++) delta_[t] = logSumExp_[t] = 0;
  }

  void compute() {
    for (Index block = 0; block < T_; block += kAttentionRows)
      for (Index row = block; row < T_; row += kAttentionRows) computeBlock(row, block);
  }

  float scale() const { return 1.0f / __builtin_sqrtf(static_cast<float>(D_)); }

  /// `[T, P]`; the queries' still wants `scale`.
  float *dQueries_P, *dKeys_P, *dValues_P;

 private:
  float* take(Index count) {
    float* const piece = free_;
    free_ += count;
    return piece;
  }

  /// Query rows from `row`, keys from `block`: on the diagonal the same, below it all keys are seen.
  void computeBlock(Index row, Index block) {
    constexpr Index edge = kAttentionRows;
    const Index rows = smaller(edge, T_ - row), keys = smaller(edge, T_ - block);
    const bool diagonal = row == block;
    for (Index i = 0; i < rows; i += kTileRows) {
      const Index seen = diagonal ? smaller(keys, i + kTileRows) : keys, columns = roundUp(seen, kTileColumns);
      float *const weights = weights_ + i * edge, *const dScores = dScores_ + i * edge;
      for (Index j = 0; j < columns; j += kTileColumns) {
        multiplyTile<kTileVectors, 1, kTileRows>(D_, queryPanels_ + (row + i) * D_, keyPanels_ + (block + j) * D_,
                                                 kTileColumns, nullptr, 0, weights + j, edge);
        multiplyTile<kTileVectors, 1, kTileRows>(D_, outputPanels_ + (row + i) * D_, valuePanels_ + (block + j) * D_,
                                                 kTileColumns, nullptr, 0, dScores + j, edge);
      }
      for (Index x = 0; x < kTileRows; x++) {
        const float logSumExp = logSumExp_[row + i + x], delta = delta_[row + i + x];
        const Index visible = diagonal ? smaller(seen, i + x + 1) : seen;
        float *const weight = weights + x * edge, *const dScore = dScores + x * edge;
        maskFrom(weight, visible, columns, -kInfinity);
        for (Index j = 0; j < columns; j += kLanes) {
          const Vec w = exponential(load(weight + j) - logSumExp);
          store(weight + j, w);
          store(dScore + j, w * (load(dScore + j) - delta));
        }
      }
      float* const dQuery_P = dQueries_P + (row + i) * P_;
      multiplyStrip<edge, 1>(seen, P_, dScores, keys_P_ + block * P_, P_, block == 0 ? nullptr : dQuery_P, P_, dQuery_P, P_);
    }
    for (Index j = 0; j < keys; j += kTileRows) {
      // On the diagonal the rows above these keys do not see them.
      const Index first = diagonal ? j : 0, depth = rows - first, at = first * edge + j;
      float *const dKey_P = dKeys_P + (block + j) * P_, *const dValue_P = dValues_P + (block + j) * P_;
      multiplyStrip<1, edge>(depth, P_, weights_ + at, outputs_P_ + (row + first) * P_, P_, diagonal ? nullptr : dValue_P,
                             P_, dValue_P, P_);
      multiplyStrip<1, edge>(depth, P_, dScores_ + at, queries_P_ + (row + first) * P_, P_, diagonal ? nullptr : dKey_P, P_,
                             dKey_P, P_);
    }
  }

  Index T_, D_, P_;
  float* free_;
  float *queryPanels_, *outputPanels_, *keyPanels_, *valuePanels_;
  float *queries_P_, *outputs_P_, *keys_P_;
  float *logSumExp_, *delta_, *weights_, *dScores_;
};

VICUNA_INLINE void unpackHeadRows(const float* from_P, Index rows, Index D, float factor, float* to, Index stride) {
  const Index P = paddedHead(D);
  for (Index row = 0; row < rows; row++, from_P += P, to += stride)
    forEachVector(D, [&](Index d, auto access) { access.store(to + d, load(from_P + d) * factor); });
}

void attentionBackward(Workspace workspace, const AttentionBackward& a) {
  const Index H = a.heads.H, K = a.heads.K, D = a.heads.D;
  const Index stride = a.heads.rowSize(), T = a.sequences.tokens(), sharing = H / K;
  Index longest = 0;
  for (Index sequence = 0; sequence < a.sequences.count; sequence++)
    longest = larger(longest, a.sequences.length(sequence));
  const Index headSize = HeadGradient::size(longest, D);
  float* const heads = workspace.scratch.get(ScratchUse::attentionThread, workspace.pool.threads() * headSize);
  const Index groupSize = a.sequences.count * H;

  auto task = [&](Index number, int thread) {
    const Index inGroup = number % groupSize, sequence = a.sequences.order[inGroup / H], head = inGroup % H;
    const Index start = a.sequences.starts[sequence], length = a.sequences.length(sequence);
    if (length == 0) return;
    float* const dRow = a.qkvGradient + start * stride;
    if (number >= groupSize) {
      if (head >= K) return;
      for (Index t = start; t < start + length; t++)
        for (Index part = 0; part < 2; part++) {
          float* const to = a.qkvGradient + t * stride + (H + part * K + head) * D;
          const float* const first = a.ofEveryHead + ((t * H + head * sharing) * 2 + part) * D;
          forEachVector(D, [&](Index d, auto access) {
            Vec sum = access.load(first + d);
            for (Index other = 1; other < sharing; other++) sum += access.load(first + other * 2 * D + d);
            access.store(to + d, sum);
          });
        }
      return;
    }
    HeadGradient gradient(heads + thread * headSize, length, D);
    const float* const row = a.qkv + start * stride;
    const Index keyHead = head / sharing, outputAt = (start * H + head) * D;
    gradient.pack(row + head * D, row + (H + keyHead) * D, row + (H + K + keyHead) * D, stride, a.output + outputAt,
                  a.outputGradient + outputAt, H * D, a.logSumExp + head * T + start);
    gradient.compute();
    unpackHeadRows(gradient.dQueries_P, length, D, gradient.scale(), dRow + head * D, stride);
    float* const dKey = sharing == 1 ? dRow + (H + head) * D : a.ofEveryHead + (start * H + head) * 2 * D;
    float* const dValue = sharing == 1 ? dRow + (H + K + head) * D : dKey + D;
    const Index gradientStride = sharing == 1 ? stride : H * 2 * D;
    unpackHeadRows(gradient.dKeys_P, length, D, 1.0f, dKey, gradientStride);
    unpackHeadRows(gradient.dValues_P, length, D, 1.0f, dValue, gradientStride);
  };
  workspace.pool.runGroups(sharing == 1 ? 1 : 2, groupSize, task);
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
