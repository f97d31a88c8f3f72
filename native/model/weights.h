#pragma once

#include <vector>

#include "context.h"
#include "shape.h"

namespace vicuna {

enum class BlockKind { embedding, layer, head };

/// A block's parameters for reading, part by part in the order of its vector. Norms are float32 always.
using BlockWeights = std::vector<WeightMatrix>;

/// The parts of a block's float32 vector, which stays the owner.
BlockWeights weightsOf(const ModelShape& shape, BlockKind kind, const float* vector);

/// A block's parameters rounded for inference: its matrices in a format other than float32.
class CompressedBlock {
 public:
  CompressedBlock(const Context& context, const ModelShape& shape, BlockKind kind, const float* vector, WeightFormat format);

  const BlockWeights& weights() const { return weights_; }
  Index bytes() const { return memory_.length() * static_cast<Index>(sizeof(float)); }

 private:
  FloatBuffer memory_;
  BlockWeights weights_;
};

/// A layer's weights by name.
struct LayerWeights {
  explicit LayerWeights(const BlockWeights& parts)
      : attentionNorm(static_cast<const float*>(parts[0].values)),
        qkv(parts[1]),
        output(parts[2]),
        feedForwardNorm(static_cast<const float*>(parts[3].values)),
        gateUp(parts[4]),
        down(parts[5]) {}

  const float* attentionNorm;
  WeightMatrix qkv, output;
  const float* feedForwardNorm;
  WeightMatrix gateUp, down;
};

struct HeadParameters {
  /// @param embedding read only where the model's embeddings are tied.
  HeadParameters(const BlockWeights& parts, const BlockWeights& embedding)
      : norm(static_cast<const float*>(parts[0].values)), lmHead(parts.size() > 1 ? parts[1] : embedding[0]) {}

  const float* norm;    // [C]
  WeightMatrix lmHead;  // [V, C]
};

}  // namespace vicuna
