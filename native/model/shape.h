#pragma once

#include <vector>

#include "../kernels/kernel_table.h"

namespace vicuna {

/// Sizes of a LLaMA; letters as in kernel_table.h.
struct ModelShape {
  Index V, C, L, H, K, D, F;
  float epsilon;
  bool tied;
  /// `[D / 2]`: radians that a position turns each pair of a head's elements by.
  std::vector<float> frequencies;

  HeadShape heads() const { return {H, K, D}; }
  Index qkvSize() const { return (H + 2 * K) * D; }
  /// Of a token, where attention's backward has gradients of every head's keys and values before it sums them.
  Index sharedGradientSize() const { return H == K ? 0 : 2 * H * D; }
};

/// Where the parts of a layer's flat vector are, for parameters and gradients alike.
template <class Float>
struct LayerVector {
  LayerVector(const ModelShape& shape, Float* vector)
      : attentionNorm(vector),
        qkv(attentionNorm + shape.C),
        output(qkv + shape.qkvSize() * shape.C),
        feedForwardNorm(output + shape.C * shape.H * shape.D),
        gateUp(feedForwardNorm + shape.C),
        down(gateUp + 2 * shape.F * shape.C) {}

  Float* attentionNorm;    // [C]
  Float* qkv;              // [(H + 2K) D, C]
  Float* output;           // [C, H D]
  Float* feedForwardNorm;  // [C]
  Float* gateUp;           // [2F, C]
  Float* down;             // [C, F]
};

}  // namespace vicuna
