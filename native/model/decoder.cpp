#include "decoder.h"

#include <algorithm>

#include "linear.h"

namespace vicuna {
namespace {

/// Tensors of one decoding step, from the engine's scratch memory.
struct DecodeTensors {
  DecodeTensors(const Context& context, const ModelShape& s, Index T)
      : x_TC(context.scratch.get(ScratchUse::decodeHidden, T * s.C)),
        normalised_TC(context.scratch.get(ScratchUse::decodeNormalised, T * s.C)),
        qkv(context.scratch.get(ScratchUse::decodeQueryKeyValue, T * s.qkvSize())),
        attended(context.scratch.get(ScratchUse::headGradient, T * s.H * s.D)),
        gateUp(context.scratch.get(ScratchUse::decodeGateUp, T * 2 * s.F)),
        hidden_TF(context.scratch.get(ScratchUse::decodeFeedForward, T * s.F)) {}

  float *x_TC, *normalised_TC, *qkv, *attended, *gateUp, *hidden_TF;
};

/// Moves the given rows of `[T, size]`, in rising order, to the front.
void keepRows(float* rows, Index size, const std::vector<std::int32_t>& kept) {
  for (std::size_t i = 0; i < kept.size(); i++)
    if (kept[i] != static_cast<std::int32_t>(i))
      std::copy(rows + kept[i] * size, rows + (kept[i] + 1) * size, rows + static_cast<Index>(i) * size);
}

}  // namespace

SequenceCache::SequenceCache(const Context& context, const ModelShape& shape, Index tokens)
    : memory(context.arena, shape.L * context.kernels.cacheSize(shape.heads(), tokens)),
      layerSize(context.kernels.cacheSize(shape.heads(), tokens)),
      capacity(tokens) {}

SequenceCache::SequenceCache(const Context& context, const ModelShape& shape, const SequenceCache& from, Index length,
                             Index tokens)
    : SequenceCache(context, shape, tokens) {
  for (Index index = 0; index < shape.L; index++)
    context.kernels.copyCache(context.workspace(),
                              {shape.heads(), length, from.layer(index), from.capacity, layer(index), capacity});
}

void decode(const Context& context, Model& model, const DecoderWeights& weights, const std::vector<DecodeInput>& inputs,
            float* logits) {
  const ModelShape& s = model.shape;
  const KernelTable& kernels = context.kernels;
  const Workspace workspace = context.workspace();
  std::vector<std::int32_t> ids, positions, lastRows;
  Index longest = 0;
  for (const DecodeInput& input : inputs) {
    ids.insert(ids.end(), input.tokens, input.tokens + input.count);
    for (Index t = 0; t < input.count; t++) positions.push_back(static_cast<std::int32_t>(input.past + t));
    lastRows.push_back(static_cast<std::int32_t>(ids.size()) - 1);
    longest = std::max(longest, input.past + input.count);
  }
  Index T = static_cast<Index>(ids.size());
  const float* const ropeTable = model.rope.upTo(longest, s.frequencies);
  const DecodeTensors tensors(context, s, T);
  kernels.embeddingForward(workspace, {T, s.C, ids.data(), weights.embedding, tensors.x_TC});

  for (Index layer = 0; layer < s.L; layer++) {
    const LayerWeights& w = weights.layers[static_cast<std::size_t>(layer)];
    kernels.rmsNormForward(workspace, {T, s.C, s.epsilon, tensors.x_TC, w.attentionNorm, tensors.normalised_TC, nullptr});
    linearRows(context, T, s.qkvSize(), s.C, tensors.normalised_TC, w.qkv, nullptr, tensors.qkv);
    kernels.rope(workspace, {T, s.H + s.K, s.D, tensors.qkv, s.qkvSize(), ropeTable, positions.data(), 1});
    std::vector<CachedAttention> attentions;
    Index row = 0;
    for (const DecodeInput& input : inputs) {
      attentions.push_back({s.heads(), input.count, input.past, input.cache->capacity,
                            tensors.qkv + row * s.qkvSize(), input.cache->layer(layer), tensors.attended + row * s.H * s.D});
      row += input.count;
    }
    kernels.cachedAttention(workspace, attentions.data(), static_cast<Index>(attentions.size()));
    if (layer == s.L - 1) {
      // The last layer's other rows would only feed logits that nobody asked for.
      keepRows(tensors.attended, s.H * s.D, lastRows);
      keepRows(tensors.x_TC, s.C, lastRows);
      T = static_cast<Index>(lastRows.size());
    }
    linearRows(context, T, s.C, s.H * s.D, tensors.attended, w.output, tensors.x_TC, tensors.x_TC);
    kernels.rmsNormForward(workspace, {T, s.C, s.epsilon, tensors.x_TC, w.feedForwardNorm, tensors.normalised_TC, nullptr});
    linearRows(context, T, 2 * s.F, s.C, tensors.normalised_TC, w.gateUp, nullptr, tensors.gateUp);
    kernels.swigluForward(workspace, {T, s.F, tensors.gateUp, tensors.hidden_TF});
    linearRows(context, T, s.C, s.F, tensors.hidden_TF, w.down, tensors.x_TC, tensors.x_TC);
  }
  headLogits(context, s, weights.head, tensors.x_TC, nullptr, T, logits);
}

}  // namespace vicuna
