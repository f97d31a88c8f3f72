#pragma once

#include <utility>

#include "batch.h"
#include "context.h"
#include "lora.h"
#include "rope_table.h"
#include "shape.h"
#include "weights.h"

namespace vicuna {

/// What a layer's backward needs of its forward. Norms and SwiGLU are computed again: cheap, and they would double it.
struct LayerActivations {
  /// In memory of their own.
  static LayerActivations kept(const Context& context, const ModelShape& shape, Index T);
  /// In the engine's scratch memory, until the next layer's. A block taken and given back for every layer would be broken up
  /// by the gradients that are made in between, and memory would grow by one of them a layer.
  static LayerActivations passing(const Context& context, const ModelShape& shape, Index T);

  FloatBuffer memory;
  float* qkv;        // [T, (H + 2K) D], rotated
  float* attended;   // [T, H D]
  float* logSumExp;  // [H, T]
  float* middle;     // [T, C], the residual stream between attention and feed-forward
  float* gateUp;     // [T, 2F], or more where backward needs it

 private:
  LayerActivations(const ModelShape& shape, Index T, float* values);
};

/// A model's shape and tables, and its blocks' computations. Gradients are added to what is given for them.
struct Model {
  explicit Model(ModelShape modelShape) : shape(std::move(modelShape)) {}
  ModelShape shape;
  RopeTable rope;
};

/// Computes the activations of a layer from its input `[T, C]`.
void layerActivate(const Context& context, Model& model, const LayerWeights& w, const LayerLora& lora, const float* input,
                   const Batch& batch, LayerActivations& activations);
/// The layer's output `[T, C]` from its activations.
void layerOutput(const Context& context, const Model& model, const LayerWeights& w, const LayerLora& lora, Index T,
                 const LayerActivations& activations, float* output);
/// @param activations are used up: their memory takes gradients.
/// @param gradient null where the layer is frozen.
/// @param inputGradient `[T, C]`, overwritten.
void layerBackward(const Context& context, Model& model, const float* parameters, const LayerLora& lora, const float* input,
                   const Batch& batch, LayerActivations& activations, const float* outputGradient, float* gradient,
                   float* inputGradient);

}  // namespace vicuna
