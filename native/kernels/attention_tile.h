#pragma once

#include "kernel_table.h"
#include "pack.h"
#include "tile.h"

// The core of flash attention (Dao et al. 2022): a few query rows against all keys they may see, block by block, with an
// online softmax. Shapes: D head size, P head size rounded up to whole vectors.

namespace vicuna {
namespace VICUNA_ISA {

constexpr Index kKeyBlock = 192;
static_assert(kKeyBlock % kTileColumns == 0 && kAttentionRows % kTileRows == 0, "blocks are whole tiles");

VICUNA_INLINE Index paddedHead(Index D) { return roundUp(D, kLanes); }

/// Keys as the right matrix of a tile, panels `[D, kTileColumns]`, and values as rows `[keys, P]`.
struct PackedKeys {
  const float* keys;
  const float* values_P;
};

/// Copies a head's rows to `[rows, P]`, times `factor`, zero behind D.
VICUNA_INLINE void packHeadRows(const float* from, Index stride, Index rows, Index D, float factor, float* to_P) {
  const Index P = paddedHead(D);
  for (Index row = 0; row < rows; row++, from += stride, to_P += P)
    forEachVector(D, [&](Index d, auto access) { store(to_P + d, access.load(from + d) * factor); });
}

/// Packs query rows as the left matrix of a tile, scaled.
VICUNA_INLINE void packQueries(const float* from, Index stride, Index rows, Index D, float factor, float* to) {
  packRows<kTileRows>(from, stride, rows, D, to);
  forEachVector(roundUp(rows, kTileRows) * D, [&](Index i, auto access) {
    access.store(to + i, access.load(to + i) * factor);
  });
}

/// Replaces what a row must not see.
VICUNA_INLINE void maskFrom(float* row, Index visible, Index columns, float value) {
  for (Index j = larger(visible, 0); j < columns; j++) row[j] = value;
}

/// State of the online softmax of kAttentionRows rows, in scratch memory.
struct AttentionState {
  float* queries;   // [rows / kTileRows, D, kTileRows]
  float* scores;    // [kTileRows, kKeyBlock]
  float* outputs_P; // [rows, P]
  float* sums;      // [rows, kLanes]
  float* highest;   // [rows]

  static Index size(Index D) {
    return kAttentionRows * (D + paddedHead(D) + kLanes + 1) + kTileRows * kKeyBlock + kPackingSlack;
  }
  AttentionState(float* memory, Index D)
      : queries(memory),
        scores(queries + kAttentionRows * D + kPackingSlack),
        outputs_P(scores + kTileRows * kKeyBlock),
        sums(outputs_P + kAttentionRows * paddedHead(D)),
        highest(sums + kAttentionRows * kLanes) {}
};

/// Turns one row of scores into weights e^(score - highest), after bringing the row's sum and output to the new maximum.
VICUNA_INLINE void softmaxRow(float* scores, Index columns, Index P, float* sum, float* highest, float* output_P) {
  Vec top = load(scores);
  for (Index j = kLanes; j < columns; j += kLanes) top = maximum(load(scores + j), top);
  const float before = *highest, block = largestLane(top), now = block > before ? block : before;
  Vec total = load(sum);
  if (now > before) {
    const Vec shrink = exponential(splat(before - now));
    total *= shrink;
    for (Index d = 0; d < P; d += kLanes) store(output_P + d, load(output_P + d) * shrink);
    *highest = now;
  }
  for (Index j = 0; j < columns; j += kLanes) {
    const Vec weight = exponential(load(scores + j) - now);
    total += weight;
    store(scores + j, weight);
  }
  store(sum, total);
}

/// Attends with `rows` query rows; row `i` sees the first `visible + i` keys. `logSumExp` may be null.
VICUNA_INLINE void attendRows(const AttentionState& state, const float* query, Index queryStride, Index rows, Index D,
                              Index visible, const PackedKeys& packed, float* output, Index outputStride,
                              float* logSumExp) {
  const Index P = paddedHead(D), tileRows = roundUp(rows, kTileRows), keys = visible + rows - 1;
  packQueries(query, queryStride, rows, D, 1.0f / __builtin_sqrtf(static_cast<float>(D)), state.queries);
  std::memset(state.outputs_P, 0, static_cast<std::size_t>(tileRows * P) * sizeof(float));
  std::memset(state.sums, 0, static_cast<std::size_t>(tileRows * kLanes) * sizeof(float));
  for (Index i = 0; i < tileRows; i++) state.highest[i] = -kInfinity;

  for (Index block = 0; block < keys; block += kKeyBlock) {
    for (Index i = 0; i < tileRows; i += kTileRows) {
      // What the strip's last row sees of this block.
      const Index seen = smaller(smaller(kKeyBlock, keys - block), visible + i + kTileRows - 1 - block);
      if (seen <= 0) continue;
      const Index columns = roundUp(seen, kTileColumns);
      for (Index j = 0; j < columns; j += kTileColumns)
        multiplyTile<kTileVectors, 1, kTileRows>(D, state.queries + i * D, packed.keys + (block + j) * D, kTileColumns,
                                                 nullptr, 0, state.scores + j, kKeyBlock);
      for (Index x = 0; x < kTileRows; x++) {
        float* const row = state.scores + x * kKeyBlock;
        maskFrom(row, smaller(seen, visible + i + x - block), columns, -kInfinity);
        softmaxRow(row, columns, P, state.sums + (i + x) * kLanes, state.highest + i + x, state.outputs_P + (i + x) * P);
      }
      float* const outputs_P = state.outputs_P + i * P;
      multiplyStrip<kKeyBlock, 1>(seen, P, state.scores, packed.values_P + block * P, P, outputs_P, P, outputs_P, P);
    }
  }
  for (Index i = 0; i < rows; i++) {
    const float sum = sumOfLanes(load(state.sums + i * kLanes)), inverse = 1.0f / sum;
    forEachVector(D, [&](Index d, auto access) {
      access.store(output + i * outputStride + d, load(state.outputs_P + i * P + d) * inverse);
    });
    if (logSumExp != nullptr) logSumExp[i] = state.highest[i] + __builtin_logf(sum);
  }
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
