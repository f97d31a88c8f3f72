#pragma once

#include <array>
#include <vector>

#include "batch.h"
#include "context.h"
#include "shape.h"

namespace vicuna {

/// Linear maps of a layer that read one input and write side by side into one row.
enum class LinearGroup { queryKeyValue, attentionOutput, gateUp, down };

/// Maps that can be adapted, in the order of an adapter's vector: q, k, v, o, gate, up, down.
constexpr int kLoraTargets = 7;

/// What kind of adapter it is, and how this step drops.
struct LoraForm {
  Index rank;
  float scale;
  std::array<bool, kLoraTargets> targets;
  /// Rate; 0 drops nothing.
  double dropout;
  std::uint32_t seed;
};

/// The adapted maps of one layer (LoRA, Hu et al. 2021): y += scale B A dropout(x), and its gradients.
class LayerLora {
 public:
  /// No adapter: everything below then does nothing.
  explicit LayerLora(const Context& context) : context_(context) {}
  /// @param parameters of each target A `[rank, K]`, then B `[N, rank]`; likewise `gradient`, which may be null.
  LayerLora(const Context& context, const ModelShape& shape, const LoraForm& form, const float* parameters,
            float* gradient = nullptr, const Batch* batch = nullptr);

  bool adapts(LinearGroup group) const;
  /// Adds the adapters' share to the output of a group's maps.
  void forward(LinearGroup group, const float* x_TK, float* y) const;
  /// Adds to the gradients of A and B, and leaves for addInputGradient what it goes on with.
  void backward(LinearGroup group, const float* x_TK, const float* dy) const;
  /// Adds the adapters' share to the gradient of a group's input.
  void addInputGradient(LinearGroup group, float* dx_TK) const;
  /// Adds scale B A to the layer's own matrices.
  void merge(const ModelShape& shape, float* layer) const;

 private:
  struct Map {
    LinearGroup group;
    int target;
    /// Outputs, inputs, and where in a row of `stride` outputs its own begin.
    Index N, K, column, stride;
    const float *a_RK, *b_NR;
    float *da_RK, *db_NR;
  };

  template <class Use>
  void forEach(LinearGroup group, Use use) const;
  const float* dropped(const Map& map, const float* x_TK) const;
  void drop(const Map& map, const float* from_TK, bool accumulate, float* to_TK) const;
  /// scale A dropout(x)
  float* rankInput(const Map& map, const float* dropped_TK) const;
  void scale(float* values, Index length) const;

  const Context& context_;
  const Batch* batch_ = nullptr;
  LoraForm form_{};
  std::vector<Map> maps_;
};

}  // namespace vicuna
