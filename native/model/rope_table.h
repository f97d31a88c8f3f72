#pragma once

#include <vector>

#include "../core/index.h"

namespace vicuna {

/// Cosines and sines of every position met so far, `[positions, D]`: D/2 cosines, then D/2 sines.
class RopeTable {
 public:
  /// @returns a table of at least `positions` rows; valid until a longer one is asked for.
  const float* upTo(Index positions, const std::vector<float>& frequencies);

 private:
  Index positions_ = 0;
  std::vector<float> table_;
};

}  // namespace vicuna
