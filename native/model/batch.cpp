#include "batch.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vicuna {

Batch::Batch(std::vector<std::int32_t> tokens, const std::vector<std::int32_t>& targets, std::vector<std::int32_t> starts,
             const std::vector<std::int32_t>& sequenceNumbers)
    : ids(std::move(tokens)),
      positions(ids.size()),
      sequenceIds(ids.size()),
      starts_(std::move(starts)),
      order_(starts_.size() - 1) {
  for (std::size_t sequence = 0; sequence + 1 < starts_.size(); sequence++) {
    const std::int32_t start = starts_[sequence], length = starts_[sequence + 1] - start;
    longest_ = std::max<Index>(longest_, length);
    std::iota(positions.begin() + start, positions.begin() + start + length, 0);
    std::fill(sequenceIds.begin() + start, sequenceIds.begin() + start + length, sequenceNumbers[sequence]);
    for (std::int32_t row = 0; row < length; row += static_cast<std::int32_t>(kAttentionRows))
      tiles_.push_back({static_cast<std::int32_t>(sequence), row});
  }
  // Long tasks first: whoever comes last then finishes with a short one.
  std::stable_sort(tiles_.begin(), tiles_.end(),
                   [](const AttentionTile& a, const AttentionTile& b) { return a.firstRow > b.firstRow; });
  std::iota(order_.begin(), order_.end(), 0);
  const SequenceList list = sequences();
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::int32_t a, std::int32_t b) { return list.length(a) > list.length(b); });
  for (std::size_t row = 0; row < targets.size(); row++)
    if (targets[row] >= 0) {
      supervisedRows.push_back(static_cast<std::int32_t>(row));
      supervisedTargets.push_back(targets[row]);
    }
}

}  // namespace vicuna
