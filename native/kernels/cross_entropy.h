#pragma once

#include "kernel_table.h"
#include "simd.h"

namespace vicuna {
namespace VICUNA_ISA {

/// loss = log(sum(e^z)) - z[target]; its gradient (softmax(z) - onehot(target)) * scale replaces the logits.
void crossEntropy(Workspace workspace, const CrossEntropy& c) {
  workspace.pool.runRanges(c.rows, 4, [&](Index begin, Index end, int) {
    for (Index row = begin; row < end; row++) {
      float* const z_V = c.logits + row * c.V;
      const float targetLogit = z_V[c.targets[row]];
      Vec highest = splat(-kInfinity);
      forEachVector(c.V, [&](Index v, auto access) { highest = maximum(access.load(z_V + v, -kInfinity), highest); });
      const float top = largestLane(highest);
      Vec sums{};
      forEachVector(c.V, [&](Index v, auto access) {
        const Vec e = exponential(access.load(z_V + v, -kInfinity) - top);
        sums += e;
        access.store(z_V + v, e);
      });
      const float sum = sumOfLanes(sums);
      c.losses[row] = __builtin_logf(sum) + (top - targetLogit);
      if (!c.gradient) continue;
      const float scale = c.gradientScale / sum;
      forEachVector(c.V, [&](Index v, auto access) { access.store(z_V + v, access.load(z_V + v) * scale); });
      z_V[c.targets[row]] -= c.gradientScale;
    }
  });
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
