#pragma once

#include "kernel_table.h"
#include "simd.h"

// RMSNorm (Zhang and Sennrich 2019): output = input / sqrt(mean(input^2) + epsilon) * weight. Backward computes the root
// again instead of keeping it: one pass over a row that is in cache anyway.

namespace vicuna {
namespace VICUNA_ISA {

constexpr Index kNormRows = 32;

VICUNA_INLINE float inverseRoot(const float* row_C, Index C, float epsilon) {
  Vec squares{};
  forEachVector(C, [&](Index c, auto access) {
    const Vec x = access.load(row_C + c);
    squares += x * x;
  });
  return 1.0f / __builtin_sqrtf(sumOfLanes(squares) / static_cast<float>(C) + epsilon);
}

void rmsNormForward(Workspace workspace, const RmsNormForward& n) {
  workspace.pool.runRanges(n.rows, kNormRows, [&](Index begin, Index end, int) {
    for (Index row = begin; row < end; row++) {
      const float* const x_C = n.input + (n.rowOf == nullptr ? row : n.rowOf[row]) * n.C;
      float* const y_C = n.output + row * n.C;
      const float root = inverseRoot(x_C, n.C, n.epsilon);
      forEachVector(n.C, [&](Index c, auto access) {
        access.store(y_C + c, access.load(x_C + c) * root * access.load(n.weight + c));
      });
    }
  });
}

/// Each piece of kNormRows rows sums its own weight gradient; the pieces are then added in order, whoever computed them.
void rmsNormBackward(Workspace workspace, const RmsNormBackward& n) {
  const Index C = n.C, parts = pieces(n.rows, kNormRows);
  const bool isFrozen = n.weightGradient == nullptr;
  float* const weightGradients = workspace.scratch.get(ScratchUse::reduction, isFrozen ? 0 : parts * C);
  workspace.pool.runRanges(n.rows, kNormRows, [&](Index begin, Index end, int) {
    float* const dw_C = weightGradients + (isFrozen ? 0 : begin / kNormRows * C);
    if (!isFrozen) std::memset(dw_C, 0, static_cast<std::size_t>(C) * sizeof(float));
    for (Index row = begin; row < end; row++) {
      const Index at = (n.rowOf == nullptr ? row : n.rowOf[row]) * C;
      const float *const x_C = n.input + at, *const dy_C = n.outputGradient + row * C;
      float* const dx_C = n.inputGradient + at;
      const float root = inverseRoot(x_C, C, n.epsilon);
      Vec products{};
      forEachVector(C, [&](Index c, auto access) {
        const Vec xdy = access.load(x_C + c) * access.load(dy_C + c);
        products += xdy * access.load(n.weight + c);
        if (!isFrozen) access.store(dw_C + c, access.load(dw_C + c) + xdy * root);
      });
      const float pull = sumOfLanes(products) * root * root * root / static_cast<float>(C);
      forEachVector(C, [&](Index c, auto access) {
        const Vec change = access.load(dy_C + c) * access.load(n.weight + c) * root - access.load(x_C + c) * pull;
        access.store(dx_C + c, access.load(dx_C + c) + change);
      });
    }
  });
  for (Index part = 0; !isFrozen && part < parts; part++)
    forEachVector(C, [&](Index c, auto access) {
      access.store(n.weightGradient + c, access.load(n.weightGradient + c) + access.load(weightGradients + part * C + c));
    });
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
