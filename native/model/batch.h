#pragma once

#include <vector>

#include "../kernels/kernel_table.h"

namespace vicuna {

/// A packed batch with what is derived from it once.
class Batch {
 public:
  /// @param targets what each position predicts, negative where nothing.
  /// @param sequenceNumbers what dropout knows each sequence by.
  Batch(std::vector<std::int32_t> tokens, const std::vector<std::int32_t>& targets, std::vector<std::int32_t> starts,
        const std::vector<std::int32_t>& sequenceNumbers);

  Index tokens() const { return static_cast<Index>(ids.size()); }
  Index longest() const { return longest_; }
  SequenceList sequences() const {
    return {static_cast<Index>(order_.size()), starts_.data(), order_.data(), static_cast<Index>(tiles_.size()),
            tiles_.data()};
  }

  std::vector<std::int32_t> ids;
  /// `[T]`: place of each token in its sequence.
  std::vector<std::int32_t> positions;
  /// `[T]`: number of each token's sequence.
  std::vector<std::int32_t> sequenceIds;
  /// Positions that predict something, and what.
  std::vector<std::int32_t> supervisedRows, supervisedTargets;

 private:
  std::vector<std::int32_t> starts_, order_;
  std::vector<AttentionTile> tiles_;
  Index longest_ = 0;
};

}  // namespace vicuna
