#pragma once

#include "kernel_table.h"
#include "simd.h"
#include "tile.h"
#include "weights.h"

// Generation multiplies a handful of rows by every weight once: memory sets the pace, and packing would double the traffic.
// Weights are read along their rows, each vector of them used for all input rows while it is in a register.
//
// The order of a sum is part of the contract, which wide.h keeps too: lane `l` adds the products of the columns l, l + kLanes,
// l + 2 kLanes, ... one after the other, columns past the end counting as zeros, and sumOfLanes adds the lanes. It does not
// depend on how many rows there are, so neither do the bits of a row.

namespace vicuna {
namespace VICUNA_ISA {

constexpr Index kSkinnyInputs = 8;

/// Processors follow one stream of reads within a page. Where rows are shorter than that, several of them at once are read
/// at half the speed of one after the other.
constexpr Index kPageBytes = 4096;

/// How the bytes that come next are asked for while these are computed.
enum class Ahead {
  /// Row by row, each some rows on: for rows that have pages of their own.
  rowByRow,
  /// In the order in which they lie in memory.
  inOrder,
  /// Not at all: one row after the other is what the processor foresees by itself.
  never,
};

/// Adds the product of a group of kScaleGroup weights and each input to its sums.
template <int Inputs, class Stored>
VICUNA_INLINE void addGroup(const Stored* weights, const float*, const float* input, Index inputStride, Vec* sums) {
#pragma GCC unroll 8
  for (Index v = 0; v < kScaleGroup; v += kLanes) {
    const Vec w = widen(weights + v);
#pragma GCC unroll 8
    for (int m = 0; m < Inputs; m++) sums[m] += w * load(input + m * inputStride + v);
  }
}

/// A weight is scaled before it is multiplied, as where weights are packed: memory sets the pace, so that it costs nothing.
template <int Inputs>
VICUNA_INLINE void addGroup(const std::int8_t* weights, const float* scale, const float* input, Index inputStride, Vec* sums) {
#pragma GCC unroll 8
  for (Index v = 0; v < kScaleGroup; v += kLanes) {
    const Vec w = widen(weights + v) * *scale;
#pragma GCC unroll 8
    for (int m = 0; m < Inputs; m++) sums[m] += w * load(input + m * inputStride + v);
  }
}

/// Weight rows `row` to `row + Rows` times input rows `first` to `first + Inputs`.
template <class Stored, int Rows, int Inputs, Ahead ahead>
VICUNA_INLINE void multiplyRows(const SkinnyMultiply& s, Index row, Index first) {
  static_assert(kScaleGroup % kLanes == 0, "groups are whole vectors");
  const bool isScaled = s.weights.scales != nullptr;
  const Index K = s.K, scaleStride = isScaled ? scaleGroups(K) : 0, at = first * s.N + row;
  const Stored* const weights = static_cast<const Stored*>(s.weights.values) + row * K;
  const float* const scales = s.weights.scales + row * scaleStride;
  const float* const input = s.input + first * K;
  Vec sums[Rows][Inputs]{};
  Index k = 0;
  constexpr Index line = 64 / static_cast<Index>(sizeof(Stored));
  for (; k + kScaleGroup <= K; k += kScaleGroup) {
    if (ahead == Ahead::inOrder)
      for (Index next = 0; next < Rows * kScaleGroup; next += line) __builtin_prefetch(weights + Rows * (K + k) + next);
#pragma GCC unroll 8
    for (int r = 0; r < Rows; r++) {
      if (ahead == Ahead::rowByRow)
        for (Index next = 0; next < kScaleGroup; next += line) __builtin_prefetch(weights + (Rows + r) * K + k + next);
      const float* const scale = isScaled ? scales + r * scaleStride + k / kScaleGroup : nullptr;
      addGroup<Inputs>(weights + r * K + k, scale, input + k, K, sums[r]);
    }
  }
  for (int r = 0; r < Rows && k < K; r++) {
    float rest[kScaleGroup]{};
    widenRowOf(s.weights, K, row + r, k, K - k, rest);
    for (Index v = 0; v < K - k; v += kLanes)
      for (int m = 0; m < Inputs; m++)
        sums[r][m] += load(rest + v) * loadFirst(input + m * K + k + v, smaller(kLanes, K - k - v), 0);
  }
  for (int r = 0; r < Rows; r++)
    for (int m = 0; m < Inputs; m++)
      s.result[at + m * s.N + r] = (s.initial == nullptr ? 0.0f : s.initial[at + m * s.N + r]) + sumOfLanes(sums[r][m]);
}

/// Weight rows [begin, end) times `Inputs` input rows, `Rows` of the weights' at once.
template <class Stored, int Rows, int Inputs, Ahead ahead>
VICUNA_INLINE void multiplyRange(const SkinnyMultiply& s, Index begin, Index end, Index first) {
  Index row = begin;
  for (; row + Rows <= end; row += Rows) multiplyRows<Stored, Rows, Inputs, ahead>(s, row, first);
  for (; row < end; row++) multiplyRows<Stored, 1, Inputs, Ahead::never>(s, row, first);
}

template <class Stored, int Inputs>
void multiplyRange(const SkinnyMultiply& s, Index begin, Index end, Index first) {
  // Sums fill the registers that the weights and the inputs leave over.
  constexpr int budget = kTileRows * kTileVectors / Inputs, rows = budget > 4 ? 4 : budget;
  // Bytes come faster than one sum can take them up: short rows of them are several at once all the same.
  constexpr bool isSlow = sizeof(Stored) == 1;
  // With more inputs the products set the pace, and every input that is read should meet several weights.
  if (Inputs > 2 || s.K * static_cast<Index>(sizeof(Stored)) >= kPageBytes)
    multiplyRange<Stored, rows, Inputs, Ahead::rowByRow>(s, begin, end, first);
  else if (isSlow)
    multiplyRange<Stored, rows, Inputs, Ahead::inOrder>(s, begin, end, first);
  else
    multiplyRange<Stored, 1, Inputs, Ahead::never>(s, begin, end, first);
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
