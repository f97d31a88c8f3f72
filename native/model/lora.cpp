#include "lora.h"

#include <algorithm>
#include <cmath>

// T tokens, R rank of an adapter; N outputs and K inputs of the map that it adapts.

namespace vicuna {
namespace {

WeightMatrix floats(const float* values) { return {WeightFormat::float32, values, nullptr}; }

/// Where a layer's vector has the weight of a target.
float* weightOf(const ModelShape& s, float* layer, int target) {
  const LayerVector<float> w(s, layer);
  float* const keys = w.qkv + s.H * s.D * s.C;
  float* const weights[kLoraTargets] = {w.qkv,    keys,   keys + s.K * s.D * s.C, w.output,
                                        w.gateUp, w.gateUp + s.F * s.C, w.down};
  return weights[target];
}

}  // namespace

LayerLora::LayerLora(const Context& context, const ModelShape& s, const LoraForm& form, const float* parameters,
                     float* gradient, const Batch* batch)
    : context_(context), batch_(batch), form_(form) {
  const Index queries = s.H * s.D, keys = s.K * s.D, R = form.rank;
  struct Place {
    LinearGroup group;
    Index N, K, column, stride;
  };
  const Place places[kLoraTargets] = {
      {LinearGroup::queryKeyValue, queries, s.C, 0, s.qkvSize()},
      {LinearGroup::queryKeyValue, keys, s.C, queries, s.qkvSize()},
      {LinearGroup::queryKeyValue, keys, s.C, queries + keys, s.qkvSize()},
      {LinearGroup::attentionOutput, s.C, queries, 0, s.C},
      {LinearGroup::gateUp, s.F, s.C, 0, 2 * s.F},
      {LinearGroup::gateUp, s.F, s.C, s.F, 2 * s.F},
      {LinearGroup::down, s.C, s.F, 0, s.C},
  };
  Index offset = 0;
  for (int target = 0; target < kLoraTargets; target++) {
    const Place& p = places[target];
    if (!form.targets[static_cast<std::size_t>(target)]) continue;
    const Index b = offset + R * p.K;
    maps_.push_back({p.group, target, p.N, p.K, p.column, p.stride, parameters + offset, parameters + b,
                     gradient == nullptr ? nullptr : gradient + offset, gradient == nullptr ? nullptr : gradient + b});
    offset = b + p.N * R;
  }
}

bool LayerLora::adapts(LinearGroup group) const {
  return std::any_of(maps_.begin(), maps_.end(), [&](const Map& map) { return map.group == group; });
}

/// Calls `use(map, place)` for each adapted map of a group, counted from 0.
template <class Use>
void LayerLora::forEach(LinearGroup group, Use use) const {
  Index place = 0;
  for (const Map& map : maps_)
    if (map.group == group) use(map, place++);
}

void LayerLora::forward(LinearGroup group, const float* x_TK, float* y) const {
  forEach(group, [&](const Map& map, Index) {
    const Index T = batch_->tokens(), R = form_.rank;
    const float* const u_TR = rankInput(map, dropped(map, x_TK));
    float* const y_TN = y + map.column;
    context_.kernels.multiply(context_.workspace(), {T, map.N, R, u_TR, R, false, floats(map.b_NR), R, true, y_TN,
                                                     map.stride, y_TN, map.stride});
  });
}

void LayerLora::backward(LinearGroup group, const float* x_TK, const float* dy) const {
  forEach(group, [&](const Map& map, Index place) {
    const Workspace workspace = context_.workspace();
    const KernelTable& kernels = context_.kernels;
    const Index T = batch_->tokens(), R = form_.rank, N = map.N, K = map.K;
    const float* const dy_TN = dy + map.column;
    float* const du_TR = context_.scratch.get(ScratchUse::loraRankGradient, 3 * T * R) + place * T * R;
    kernels.multiply(workspace, {T, R, N, dy_TN, map.stride, false, floats(map.b_NR), R, false, du_TR, R, nullptr, 0});
    scale(du_TR, T * R);
    if (map.da_RK == nullptr) return;
    const float* const dropped_TK = dropped(map, x_TK);
    const float* const u_TR = rankInput(map, dropped_TK);
    kernels.multiply(workspace, {N, R, T, dy_TN, map.stride, true, floats(u_TR), R, false, map.db_NR, R, map.db_NR, R});
    kernels.multiply(workspace, {R, K, T, du_TR, R, true, floats(dropped_TK), K, false, map.da_RK, K, map.da_RK, K});
  });
}

void LayerLora::addInputGradient(LinearGroup group, float* dx_TK) const {
  forEach(group, [&](const Map& map, Index place) {
    const Index T = batch_->tokens(), R = form_.rank, K = map.K;
    const float* const du_TR = context_.scratch.get(ScratchUse::loraRankGradient, 3 * T * R) + place * T * R;
    const bool drops = form_.dropout > 0;
    float* const share_TK = drops ? context_.scratch.get(ScratchUse::loraInput, T * K) : dx_TK;
    context_.kernels.multiply(context_.workspace(), {T, K, R, du_TR, R, false, floats(map.a_RK), K, false, share_TK, K,
                                                     drops ? nullptr : dx_TK, K});
    if (drops) drop(map, share_TK, true, dx_TK);
  });
}

void LayerLora::merge(const ModelShape& s, float* layer) const {
  for (const Map& map : maps_) {
    const Index R = form_.rank, N = map.N, K = map.K;
    float* const scaled_NR = context_.scratch.get(ScratchUse::loraRank, N * R);
    context_.kernels.copy(context_.workspace(), map.b_NR, scaled_NR, N * R);
    scale(scaled_NR, N * R);
    float* const w_NK = weightOf(s, layer, map.target);
    context_.kernels.multiply(context_.workspace(),
                              {N, K, R, scaled_NR, R, false, floats(map.a_RK), K, false, w_NK, K, w_NK, K});
  }
}

const float* LayerLora::dropped(const Map& map, const float* x_TK) const {
  if (form_.dropout == 0) return x_TK;
  float* const dropped_TK = context_.scratch.get(ScratchUse::loraInput, batch_->tokens() * map.K);
  drop(map, x_TK, false, dropped_TK);
  return dropped_TK;
}

void LayerLora::drop(const Map& map, const float* from_TK, bool accumulate, float* to_TK) const {
  // In double precision, as TypeScript computes them.
  const double rate = form_.dropout;
  context_.kernels.dropout(context_.workspace(),
                           {batch_->tokens(), map.K, from_TK, batch_->sequenceIds.data(), batch_->positions.data(),
                            form_.seed, static_cast<std::uint32_t>(map.target),
                            static_cast<std::uint32_t>(std::lround(rate * (1 << 24))),
                            static_cast<float>(1 / (1 - rate)), accumulate, to_TK});
}

float* LayerLora::rankInput(const Map& map, const float* dropped_TK) const {
  const Index T = batch_->tokens(), R = form_.rank, K = map.K;
  float* const u_TR = context_.scratch.get(ScratchUse::loraRank, T * R);
  context_.kernels.multiply(context_.workspace(),
                            {T, R, K, dropped_TK, K, false, floats(map.a_RK), K, true, u_TR, R, nullptr, 0});
  scale(u_TR, T * R);
  return u_TR;
}

void LayerLora::scale(float* values, Index length) const {
  context_.pool.runRanges(length, Index{1} << 14, [&](Index begin, Index end, int) {
    for (Index i = begin; i < end; i++) values[i] *= form_.scale;
  });
}

}  // namespace vicuna
