#include "rope_table.h"

#include <algorithm>
#include <cmath>

namespace vicuna {

const float* RopeTable::upTo(Index positions, const std::vector<float>& frequencies) {
  if (positions > positions_) {
    // Twice what there was, so that generation does not extend it for every token.
    const Index grown = std::max(positions, 2 * positions_), half = static_cast<Index>(frequencies.size());
    table_.resize(static_cast<std::size_t>(grown * 2 * half));
    for (Index position = positions_; position < grown; position++)
      for (Index pair = 0; pair < half; pair++) {
        // Angles are float32 in Hugging Face too: at position 2,000 the rounding is worth 1e-4 radians.
        const float angle = static_cast<float>(position) * frequencies[static_cast<std::size_t>(pair)];
        float* const row = table_.data() + position * 2 * half;
        row[pair] = static_cast<float>(std::cos(static_cast<double>(angle)));
        row[half + pair] = static_cast<float>(std::sin(static_cast<double>(angle)));
      }
    positions_ = grown;
  }
  return table_.data();
}

}  // namespace vicuna
