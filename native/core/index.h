#pragma once

#include <cstddef>

namespace vicuna {

/// Counts, offsets and strides, in elements. Signed, so that differences and downward loops are safe.
using Index = std::ptrdiff_t;

}  // namespace vicuna
