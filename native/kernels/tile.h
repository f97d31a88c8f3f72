#pragma once

#include "simd.h"

namespace vicuna {
namespace VICUNA_ISA {

/// The tile that is multiplied in registers: kTileRows x kTileColumns sums, one or two vectors of the right matrix and one
/// broadcast element of the left one fill the register file.
constexpr int kTileRows = VICUNA_TILE_ROWS;
constexpr int kTileVectors = 2;
constexpr int kTileColumns = kTileVectors * kLanes;

/// result[kTileRows, Vectors * kLanes] = initial + left[kTileRows, depth] right[depth, Vectors * kLanes].
///
/// Element (i, p) of `left` is at `i * RowStep + p * DepthStep`: constants, so that addresses need no registers.
/// `initial` may be null (zero) or alias `result`.
template <int Vectors, Index RowStep, Index DepthStep>
VICUNA_INLINE void multiplyTile(Index depth, const float* left, const float* right, Index rightStride,
                                const float* initial, Index initialStride, float* result, Index resultStride) {
  Vec sums[kTileRows][Vectors];
  if (initial == nullptr) {
#pragma GCC unroll 16
    for (int i = 0; i < kTileRows; i++) {
#pragma GCC unroll 2
      for (int j = 0; j < Vectors; j++) sums[i][j] = Vec{};
    }
  } else {
#pragma GCC unroll 16
    for (int i = 0; i < kTileRows; i++) {
#pragma GCC unroll 2
      for (int j = 0; j < Vectors; j++) sums[i][j] = load(initial + i * initialStride + j * kLanes);
    }
  }
#pragma GCC unroll 4
  for (Index p = 0; p < depth; p++) {
    Vec columns[Vectors];
#pragma GCC unroll 2
    for (int j = 0; j < Vectors; j++) columns[j] = load(right + j * kLanes);
#pragma GCC unroll 16
    for (int i = 0; i < kTileRows; i++) {
      const Vec factor = splat(left[i * RowStep]);
#pragma GCC unroll 2
      for (int j = 0; j < Vectors; j++) sums[i][j] += factor * columns[j];
    }
    left += DepthStep;
    right += rightStride;
  }
#pragma GCC unroll 16
  for (int i = 0; i < kTileRows; i++) {
#pragma GCC unroll 2
    for (int j = 0; j < Vectors; j++) store(result + i * resultStride + j * kLanes, sums[i][j]);
  }
}

/// The same for a row of tiles: `columns` is a multiple of kLanes, `right` is not packed.
template <Index RowStep, Index DepthStep>
VICUNA_INLINE void multiplyStrip(Index depth, Index columns, const float* left, const float* right, Index rightStride,
                                 const float* initial, Index initialStride, float* result, Index resultStride) {
  Index j = 0;
  for (; j + kTileColumns <= columns; j += kTileColumns)
    multiplyTile<kTileVectors, RowStep, DepthStep>(depth, left, right + j, rightStride,
                                                   initial == nullptr ? nullptr : initial + j, initialStride,
                                                   result + j, resultStride);
  if (j < columns)
    multiplyTile<1, RowStep, DepthStep>(depth, left, right + j, rightStride, initial == nullptr ? nullptr : initial + j,
                                        initialStride, result + j, resultStride);
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
