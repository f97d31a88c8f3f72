#pragma once

// Gathers one instruction set's kernels. Included by each file of ../isa.

#include "attention_backward.h"
#include "attention_cached.h"
#include "attention_forward.h"
#include "cross_entropy.h"
#include "dropout.h"
#include "elementwise.h"
#include "gemm.h"
#include "normalise.h"
#include "optimise.h"
#include "skinny.h"
#include "wide.h"

namespace vicuna {
namespace VICUNA_ISA {

/// Independent multiply-adds that hide each other's latency, nothing else. Returns how many operations were done.
double peak(Workspace workspace, Index iterations) {
  constexpr int chains = 12;
  float* const sink = workspace.scratch.get(ScratchUse::reduction, workspace.pool.threads() * kLanes);
  workspace.pool.run(workspace.pool.threads(), [&](Index task, int) {
    Vec sums[chains];
    for (int i = 0; i < chains; i++) sums[i] = splat(0.1f * static_cast<float>(i));
    Vec factor = splat(0.999f), term = splat(0.001f);
    for (Index round = 0; round < iterations; round++) {
#pragma GCC unroll 12
      for (int i = 0; i < chains; i++) sums[i] = sums[i] * factor + term;
    }
    for (int i = 1; i < chains; i++) sums[0] += sums[i];
    store(sink + task * kLanes, sums[0]);
  });
  return 2.0 * chains * kLanes * static_cast<double>(iterations) * workspace.pool.threads();
}

extern const KernelTable kernels;
const KernelTable kernels = {
    VICUNA_ISA_NAME,  2 * kSkinnyInputs, multiply,         skinnyMultiply,   wideMultiply,     rmsNormForward,    rmsNormBackward, rope,
    swigluForward,    swigluBackward,    dropout,          attentionForward, attentionBackward, cachedAttention, copyCache,        cacheSize,
    crossEntropy,     embeddingForward,  embeddingBackward, adamw,           sumOfSquares,      copy,            fillZero,
    convertWeights,   peak,
};

}  // namespace VICUNA_ISA
}  // namespace vicuna
