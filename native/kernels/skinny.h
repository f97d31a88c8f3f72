#pragma once

#include "kernel_table.h"
#include "simd.h"
#include "tile.h"
#include "weights.h"

// Generation multiplies a handful of rows by every weight once: memory sets the pace, and packing would double the traffic.
// Weights are read along their rows, each vector of them used for all input rows while it is in a register.

namespace vicuna {
namespace VICUNA_ISA {

constexpr Index kSkinnyInputs = 8;

/// Scale of a column's group, 1 where the format has none.
VICUNA_INLINE float scaleAt(const float*, const float*, Index) { return 1.0f; }
VICUNA_INLINE float scaleAt(const std::uint16_t*, const float*, Index) { return 1.0f; }
VICUNA_INLINE float scaleAt(const std::int8_t*, const float* scales, Index column) { return scales[column / kScaleGroup]; }

/// Weight rows `row` to `row + Rows` times input rows `first` to `first + Inputs`.
template <class Stored, int Rows, int Inputs>
VICUNA_INLINE void multiplyRows(const SkinnyMultiply& s, Index row, Index first) {
  const Index K = s.K, scaleStride = scaleGroups(K), at = first * s.N + row;
  const Stored* const weights = static_cast<const Stored*>(s.weights.values) + row * K;
  const float* const scales = s.weights.scales + (s.weights.scales == nullptr ? 0 : row * scaleStride);
  const float* const input = s.input + first * K;
  Vec sums[Rows][Inputs]{};
  Index k = 0;
  for (; k + kLanes <= K; k += kLanes) {
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++) {
      const Vec w = widen(weights + r * K + k) * scaleAt(weights, scales + r * scaleStride, k);
#pragma GCC unroll 8
      for (int m = 0; m < Inputs; m++) sums[r][m] += w * load(input + m * K + k);
    }
  }
  for (int r = 0; r < Rows; r++)
    for (int m = 0; m < Inputs; m++) {
      float sum = sumOfLanes(sums[r][m]);
      for (Index rest = k; rest < K; rest++)
        sum += widenOne(weights[r * K + rest]) * scaleAt(weights, scales + r * scaleStride, rest) * input[m * K + rest];
      s.result[at + m * s.N + r] = (s.initial == nullptr ? 0.0f : s.initial[at + m * s.N + r]) + sum;
    }
}

/// Weight rows [begin, end) times `Inputs` input rows.
template <class Stored, int Inputs>
void multiplyRange(const SkinnyMultiply& s, Index begin, Index end, Index first) {
  // Sums fill the registers that the weights and the inputs leave over.
  constexpr int budget = kTileRows * kTileVectors / Inputs, rows = budget > 4 ? 4 : budget;
  Index row = begin;
  for (; row + rows <= end; row += rows) multiplyRows<Stored, rows, Inputs>(s, row, first);
  for (; row < end; row++) multiplyRows<Stored, 1, Inputs>(s, row, first);
}

template <class Stored>
void multiplyStored(Workspace workspace, const SkinnyMultiply& s) {
  const Index grain = roundUp(larger(pieces(s.N, 8 * workspace.pool.threads()), 16), 16);
  workspace.pool.runRanges(s.N, grain, [&](Index begin, Index end, int) {
    for (Index m = 0; m < s.M; m += kSkinnyInputs) {
      switch (smaller(kSkinnyInputs, s.M - m)) {
        case 1: multiplyRange<Stored, 1>(s, begin, end, m); break;
        case 2: multiplyRange<Stored, 2>(s, begin, end, m); break;
        case 3: multiplyRange<Stored, 3>(s, begin, end, m); break;
        case 4: multiplyRange<Stored, 4>(s, begin, end, m); break;
        case 5: multiplyRange<Stored, 5>(s, begin, end, m); break;
        case 6: multiplyRange<Stored, 6>(s, begin, end, m); break;
        case 7: multiplyRange<Stored, 7>(s, begin, end, m); break;
        default: multiplyRange<Stored, 8>(s, begin, end, m); break;
      }
    }
  });
}

void skinnyMultiply(Workspace workspace, const SkinnyMultiply& s) {
  switch (s.weights.format) {
    case WeightFormat::float32: multiplyStored<float>(workspace, s); break;
    case WeightFormat::bfloat16: multiplyStored<std::uint16_t>(workspace, s); break;
    case WeightFormat::int8: multiplyStored<std::int8_t>(workspace, s); break;
  }
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
