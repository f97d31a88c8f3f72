#include "head.h"

#include <algorithm>

#include "linear.h"

namespace vicuna {
namespace {

/// Logits of a chunk take about 32 MB, but never so few rows that the weights are packed for little.
Index chunkRows(const ModelShape& shape) {
  constexpr Index logits = Index{1} << 23, fewest = 192;
  return std::max(fewest, logits / shape.V / fewest * fewest);
}

float* normalised(const Context& context, const ModelShape& shape, const float* weight, const float* input,
                  const std::int32_t* rows, Index count) {
  float* const normalised_NC = context.scratch.get(ScratchUse::headNormalised, count * shape.C);
  context.kernels.rmsNormForward(context.workspace(), {count, shape.C, shape.epsilon, input, weight, normalised_NC, rows});
  return normalised_NC;
}

}  // namespace

double headLoss(const Context& context, const ModelShape& shape, const HeadParameters& parameters, const float* input,
                const Batch& batch, float gradientScale, const HeadGradients* gradients, float* tokenLosses) {
  const KernelTable& kernels = context.kernels;
  const Workspace workspace = context.workspace();
  const Index supervised = static_cast<Index>(batch.supervisedRows.size()), C = shape.C, V = shape.V;
  const Index chunk = std::min(chunkRows(shape), supervised);
  if (gradients != nullptr) kernels.fillZero(workspace, gradients->input, batch.tokens() * C);
  if (tokenLosses != nullptr) std::fill(tokenLosses, tokenLosses + batch.tokens(), 0.0f);
  float* const logits_NV = context.scratch.get(ScratchUse::headLogits, chunk * V);
  std::vector<float> losses(static_cast<std::size_t>(chunk));
  double lossSum = 0;
  for (Index first = 0; first < supervised; first += chunk) {
    const Index N = std::min(chunk, supervised - first);
    const std::int32_t* const rows = batch.supervisedRows.data() + first;
    const float* const normalised_NC = normalised(context, shape, parameters.norm, input, rows, N);
    linearForward(context, N, V, C, normalised_NC, parameters.lmHead, nullptr, logits_NV);
    kernels.crossEntropy(workspace, {N, V, logits_NV, batch.supervisedTargets.data() + first, losses.data(),
                                     gradients != nullptr, gradientScale});
    for (Index i = 0; i < N; i++) {
      lossSum += losses[static_cast<std::size_t>(i)];
      if (tokenLosses != nullptr) tokenLosses[rows[i]] = losses[static_cast<std::size_t>(i)];
    }
    if (gradients == nullptr) continue;
    if (gradients->lmHead != nullptr) linearWeightGradient(context, N, V, C, logits_NV, normalised_NC, gradients->lmHead);
    float* const dNormalised_NC = context.scratch.get(ScratchUse::headGradient, N * C);
    linearInputGradient(context, N, V, C, logits_NV, static_cast<const float*>(parameters.lmHead.values), dNormalised_NC);
    kernels.rmsNormBackward(workspace, {N, C, shape.epsilon, input, parameters.norm, dNormalised_NC, gradients->input,
                                        gradients->norm, rows});
  }
  context.scratch.release(ScratchUse::headLogits);
  return lossSum;
}

void headLogits(const Context& context, const ModelShape& shape, const HeadParameters& parameters, const float* input,
                const std::int32_t* rows, Index count, float* logits) {
  const float* const normalised_NC = normalised(context, shape, parameters.norm, input, rows, count);
  linearRows(context, count, shape.V, shape.C, normalised_NC, parameters.lmHead, nullptr, logits);
}

}  // namespace vicuna
