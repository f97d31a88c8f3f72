#include "layer.h"

#include <algorithm>
#include <optional>

#include "linear.h"

namespace vicuna {
namespace {

/// Work memory of a layer for one tensor at a time: whatever is put there takes the place of what was.
float* passingTensor(const Context& context, const ModelShape& s, Index T) {
  return context.scratch.get(ScratchUse::layerPassing, T * std::max({s.F, s.C, s.H * s.D}));
}

float* normalised(const Context& context, const ModelShape& shape, Index T, const float* x_TC, const float* weight_C) {
  float* const y_TC = passingTensor(context, shape, T);
  context.kernels.rmsNormForward(context.workspace(), {T, shape.C, shape.epsilon, x_TC, weight_C, y_TC, nullptr});
  return y_TC;
}

float* activated(const Context& context, const ModelShape& shape, Index T, const float* gateUp) {
  float* const hidden_TF = passingTensor(context, shape, T);
  context.kernels.swigluForward(context.workspace(), {T, shape.F, gateUp, hidden_TF});
  return hidden_TF;
}

void rotate(const Context& context, Model& model, const Batch& batch, float* qkv, float direction) {
  const ModelShape& s = model.shape;
  context.kernels.rope(context.workspace(), {batch.tokens(), s.H + s.K, s.D, qkv, s.qkvSize(),
                                             model.rope.upTo(batch.longest(), s.frequencies), batch.positions.data(), direction});
}

}  // namespace

namespace {

/// Floats a token. Backward has the attention's gradients where the feed-forward half had its activations.
Index activationSize(const ModelShape& s) {
  return s.qkvSize() + s.H * s.D + s.H + s.C + std::max(2 * s.F, s.qkvSize() + s.sharedGradientSize());
}

}  // namespace

LayerActivations LayerActivations::kept(const Context& context, const ModelShape& shape, Index T) {
  FloatBuffer memory(context.arena, T * activationSize(shape));
  LayerActivations activations(shape, T, memory.data());
  activations.memory = std::move(memory);
  return activations;
}

LayerActivations LayerActivations::passing(const Context& context, const ModelShape& shape, Index T) {
  return LayerActivations(shape, T, context.scratch.get(ScratchUse::layerActivations, T * activationSize(shape)));
}

LayerActivations::LayerActivations(const ModelShape& shape, Index T, float* values)
    : qkv(values),
      attended(qkv + T * shape.qkvSize()),
      logSumExp(attended + T * shape.H * shape.D),
      middle(logSumExp + T * shape.H),
      gateUp(middle + T * shape.C) {}

void layerActivate(const Context& context, Model& model, const LayerWeights& w, const LayerLora& lora, const float* input,
                   const Batch& batch, LayerActivations& activations) {
  const ModelShape& s = model.shape;
  const Index T = batch.tokens();
  const float* const attentionInput_TC = normalised(context, s, T, input, w.attentionNorm);
  linearForward(context, T, s.qkvSize(), s.C, attentionInput_TC, w.qkv, nullptr, activations.qkv);
  lora.forward(LinearGroup::queryKeyValue, attentionInput_TC, activations.qkv);
  rotate(context, model, batch, activations.qkv, 1);
  context.kernels.attentionForward(context.workspace(), {s.heads(), batch.sequences(), activations.qkv,
                                                         activations.attended, activations.logSumExp});
  linearForward(context, T, s.C, s.H * s.D, activations.attended, w.output, input, activations.middle);
  lora.forward(LinearGroup::attentionOutput, activations.attended, activations.middle);
  const float* const feedForwardInput_TC = normalised(context, s, T, activations.middle, w.feedForwardNorm);
  linearForward(context, T, 2 * s.F, s.C, feedForwardInput_TC, w.gateUp, nullptr, activations.gateUp);
  lora.forward(LinearGroup::gateUp, feedForwardInput_TC, activations.gateUp);
}

void layerOutput(const Context& context, const Model& model, const LayerWeights& w, const LayerLora& lora, Index T,
                 const LayerActivations& activations, float* output) {
  const ModelShape& s = model.shape;
  const float* const hidden_TF = activated(context, s, T, activations.gateUp);
  linearForward(context, T, s.C, s.F, hidden_TF, w.down, activations.middle, output);
  lora.forward(LinearGroup::down, hidden_TF, output);
}

void layerBackward(const Context& context, Model& model, const float* parameters, const LayerLora& lora, const float* input,
                   const Batch& batch, LayerActivations& activations, const float* outputGradient, float* gradient,
                   float* inputGradient) {
  const ModelShape& s = model.shape;
  const KernelTable& kernels = context.kernels;
  const Workspace workspace = context.workspace();
  const Index T = batch.tokens();
  const LayerVector<const float> w(s, parameters);
  std::optional<LayerVector<float>> dw;
  if (gradient != nullptr) dw.emplace(s, gradient);
  const auto needsInput = [&](LinearGroup group) { return dw.has_value() || lora.adapts(group); };
  // The residual stream's gradient runs past both halves of the layer; each adds its share.
  kernels.copy(workspace, outputGradient, inputGradient, T * s.C);

  {
    if (needsInput(LinearGroup::down)) {
      const float* const hidden_TF = activated(context, s, T, activations.gateUp);
      if (dw) linearWeightGradient(context, T, s.C, s.F, outputGradient, hidden_TF, dw->down);
      lora.backward(LinearGroup::down, hidden_TF, outputGradient);
    }
    // The hidden values have done their work: their memory takes their gradient.
    float* const dHidden_TF = passingTensor(context, s, T);
    linearInputGradient(context, T, s.C, s.F, outputGradient, w.down, dHidden_TF);
    lora.addInputGradient(LinearGroup::down, dHidden_TF);
    // So have the largest activations.
    float* const dGateUp = activations.gateUp;
    kernels.swigluBackward(workspace, {T, s.F, activations.gateUp, dHidden_TF, dGateUp});
    if (needsInput(LinearGroup::gateUp)) {
      const float* const feedForwardInput_TC = normalised(context, s, T, activations.middle, w.feedForwardNorm);
      if (dw) linearWeightGradient(context, T, 2 * s.F, s.C, dGateUp, feedForwardInput_TC, dw->gateUp);
      lora.backward(LinearGroup::gateUp, feedForwardInput_TC, dGateUp);
    }
    float* const dNormalised_TC = passingTensor(context, s, T);
    linearInputGradient(context, T, 2 * s.F, s.C, dGateUp, w.gateUp, dNormalised_TC);
    lora.addInputGradient(LinearGroup::gateUp, dNormalised_TC);
    kernels.rmsNormBackward(workspace, {T, s.C, s.epsilon, activations.middle, w.feedForwardNorm, dNormalised_TC,
                                        inputGradient, dw ? dw->feedForwardNorm : nullptr, nullptr});
  }
  {
    if (dw) linearWeightGradient(context, T, s.C, s.H * s.D, inputGradient, activations.attended, dw->output);
    lora.backward(LinearGroup::attentionOutput, activations.attended, inputGradient);
    float* const dAttended = passingTensor(context, s, T);
    linearInputGradient(context, T, s.C, s.H * s.D, inputGradient, w.output, dAttended);
    lora.addInputGradient(LinearGroup::attentionOutput, dAttended);
    // The feed-forward half is done with its memory, which has room for this too.
    float *const dQkv = activations.gateUp, *const ofEveryHead = dQkv + T * s.qkvSize();
    kernels.attentionBackward(workspace, {s.heads(), batch.sequences(), activations.qkv, activations.attended,
                                          activations.logSumExp, dAttended, dQkv, ofEveryHead});
    rotate(context, model, batch, dQkv, -1);
    if (needsInput(LinearGroup::queryKeyValue)) {
      const float* const attentionInput_TC = normalised(context, s, T, input, w.attentionNorm);
      if (dw) linearWeightGradient(context, T, s.qkvSize(), s.C, dQkv, attentionInput_TC, dw->qkv);
      lora.backward(LinearGroup::queryKeyValue, attentionInput_TC, dQkv);
    }
    float* const dNormalised_TC = passingTensor(context, s, T);
    linearInputGradient(context, T, s.qkvSize(), s.C, dQkv, w.qkv, dNormalised_TC);
    lora.addInputGradient(LinearGroup::queryKeyValue, dNormalised_TC);
    kernels.rmsNormBackward(workspace, {T, s.C, s.epsilon, input, w.attentionNorm, dNormalised_TC, inputGradient,
                                        dw ? dw->attentionNorm : nullptr, nullptr});
  }
}

}  // namespace vicuna
