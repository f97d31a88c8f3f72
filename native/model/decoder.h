#pragma once

#include <vector>

#include "context.h"
#include "head.h"
#include "layer.h"
#include "weights.h"

namespace vicuna {

/// Keys and values of one sequence, for every layer.
struct SequenceCache {
  SequenceCache(const Context& context, const ModelShape& shape, Index tokens);
  /// One that begins with the first `length` tokens of another.
  SequenceCache(const Context& context, const ModelShape& shape, const SequenceCache& from, Index length, Index tokens);

  float* layer(Index index) const { return memory.data() + index * layerSize; }

  FloatBuffer memory;
  Index layerSize;
  Index capacity;
};

struct DecoderWeights {
  WeightMatrix embedding;
  std::vector<LayerWeights> layers;
  HeadParameters head;
};

/// New tokens of one sequence.
struct DecodeInput {
  SequenceCache* cache;
  /// Tokens in the cache that count; what is behind them is overwritten.
  Index past;
  const std::int32_t* tokens;
  Index count;
};

/// Runs every layer over the new tokens of several sequences and puts them into their caches. What is computed of a token,
/// keys, values and logits, has the same bits whoever shares the step and however a prompt is cut into steps: only
/// kernels are called whose rows do not depend on each other.
///
/// @param logits `[inputs, V]`, after each one's last token.
void decode(const Context& context, Model& model, const DecoderWeights& weights, const std::vector<DecodeInput>& inputs,
            float* logits);

}  // namespace vicuna
