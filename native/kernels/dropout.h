#pragma once

#include "kernel_table.h"
#include "simd.h"

namespace vicuna {
namespace VICUNA_ISA {

/// Spreads every bit of a word over all others: a permutation (lowbias32, found by Chris Wellons' search).
template <class Words>
VICUNA_INLINE Words mixBits(Words x) {
  x ^= x >> 16;
  x *= 0x7feb352dU;
  x ^= x >> 15;
  x *= 0x846ca68bU;
  return x ^ (x >> 16);
}

/// An element's fate follows from its place alone, so that the mask is never kept; src/engine/dropout.ts does the same.
void dropout(Workspace workspace, const Dropout& d) {
  UIntVec lanes;
  for (int lane = 0; lane < kLanes; lane++) lanes[lane] = static_cast<std::uint32_t>(lane);
  const std::uint32_t streamKey = mixBits(mixBits(d.seed) ^ d.stream);
  workspace.pool.runRanges(d.rows, 8, [&](Index begin, Index end, int) {
    for (Index row = begin; row < end; row++) {
      const std::uint32_t id = static_cast<std::uint32_t>(d.sequenceIds[row]);
      const std::uint32_t position = static_cast<std::uint32_t>(d.positions[row]);
      const std::uint32_t rowKey = mixBits(mixBits(streamKey ^ id) ^ position);
      const float* const from = d.input + row * d.columns;
      float* const to = d.output + row * d.columns;
      forEachVector(d.columns, [&](Index c, auto access) {
        const UIntVec columns = lanes + static_cast<std::uint32_t>(c);
        const IntVec isKept = (mixBits(mixBits(columns) ^ rowKey) >> 8) >= d.threshold;
        const Vec kept = isKept ? access.load(from + c) * d.scale : Vec{};
        access.store(to + c, d.accumulate ? access.load(to + c) + kept : kept);
      });
    }
  });
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
