#pragma once

#include "batch.h"
#include "context.h"
#include "shape.h"
#include "weights.h"

namespace vicuna {

struct HeadGradients {
  float* norm;    // null, with lmHead, where the head is frozen
  float* lmHead;
  float* input;  // [T, C], overwritten
};

/// Final norm, LM head and cross-entropy of the rows that predict something, a chunk of rows at a time: `[T, V]` logits
/// never exist at once, and rows without a target cost nothing.
///
/// @param gradients null to evaluate only.
/// @param tokenLosses `[T]` or null.
/// @returns sum of the losses.
double headLoss(const Context& context, const ModelShape& shape, const HeadParameters& parameters, const float* input,
                const Batch& batch, float gradientScale, const HeadGradients* gradients, float* tokenLosses);

/// Logits of some rows of the input. @param logits `[count, V]`
void headLogits(const Context& context, const ModelShape& shape, const HeadParameters& parameters, const float* input,
                const std::int32_t* rows, Index count, float* logits);

}  // namespace vicuna
