#pragma once

#include "kernel_table.h"
#include "simd.h"

// Packing lays `Width` rows (or columns) of a matrix side by side: element (lane, p) of a panel is at `p * Width + lane`,
// the order in which a tile reads them. Lanes past the matrix's end are 0.

namespace vicuna {
namespace VICUNA_ISA {

/// Floats that a packed block may be overrun by: a panel narrower than its vectors is written with whole ones.
constexpr Index kPackingSlack = kLanes;

/// Lanes are contiguous in memory: `from[p * stride + lane]`. Packs `lanes` of them into as many panels as that takes.
template <int Width>
void packColumns(const float* from, Index stride, Index lanes, Index depth, float* to) {
  const Index panel = depth * Width;
  for (Index p = 0; p < depth; p++, from += stride, to += Width) {
    for (Index ahead = 0; ahead < lanes; ahead += 16) __builtin_prefetch(from + 8 * stride + ahead);
    float* panelTo = to;
    Index lane = 0;
    for (; lane + Width <= lanes; lane += Width, panelTo += panel) std::memcpy(panelTo, from + lane, Width * sizeof(float));
    if (lane < lanes)
      for (Index i = 0; i < Width; i++) panelTo[i] = lane + i < lanes ? from[lane + i] : 0.0f;
  }
}

/// Squares of four rows that a vector takes from a panel whose rows from `row` on are `Width - row`.
constexpr int squaresFrom(int width, int row) {
  const int squares = width > row ? (width - row + 3) / 4 : 0;
  return squares < kLanes / 4 ? squares : kLanes / 4;
}

/// Transposes rows `First` to `First + kLanes` of a full panel over four columns.
template <int Width, int First>
VICUNA_INLINE void packSquares(const float* from, Index stride, float* to) {
  if constexpr (First < Width) {
    // From the last rows to the first, so that what a panel narrower than its vectors writes too much is overwritten: by
    // the next column's first rows.
    packSquares<Width, First + kLanes>(from, stride, to);
    const float* const rows = from + First * stride;
    Vec a = loadEveryFourthRow<squaresFrom(Width, First)>(rows, stride);
    Vec b = loadEveryFourthRow<squaresFrom(Width, First + 1)>(rows + stride, stride);
    Vec c = loadEveryFourthRow<squaresFrom(Width, First + 2)>(rows + 2 * stride, stride);
    Vec d = loadEveryFourthRow<squaresFrom(Width, First + 3)>(rows + 3 * stride, stride);
    transposeSquares(a, b, c, d);
    store(to + First, a);
    store(to + First + Width, b);
    store(to + First + 2 * Width, c);
    store(to + First + 3 * Width, d);
  }
}

/// Lanes are rows: `from[lane * stride + p]`. Panels are written in order, and kPackingSlack floats behind the last one may
/// be overwritten.
template <int Width>
void packRows(const float* from, Index stride, Index lanes, Index depth, float* to) {
  for (Index lane = 0; lane < lanes; lane += Width, from += Width * stride, to += Width * depth) {
    Index p = 0;
    if (lane + Width <= lanes)
      for (; p + 4 <= depth; p += 4) packSquares<Width, 0>(from + p, stride, to + p * Width);
    for (; p < depth; p++)
      for (Index i = 0; i < Width; i++) to[p * Width + i] = lane + i < lanes ? from[i * stride + p] : 0.0f;
  }
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
