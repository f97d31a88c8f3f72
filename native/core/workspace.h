#pragma once

#include <array>
#include <memory>
#include <utility>

#include "arena.h"
#include "thread_pool.h"

namespace vicuna {

/// Who a piece of scratch memory belongs to. Two users that may be at work at once have different names.
enum class ScratchUse {
  gemmLeft,
  gemmRight,
  attentionShared,
  attentionThread,
  reduction,
  layerActivations,
  layerPassing,
  decodeHidden,
  decodeNormalised,
  decodeQueryKeyValue,
  decodeGateUp,
  decodeFeedForward,
  loraInput,
  loraRank,
  loraRankGradient,
  headNormalised,
  headLogits,
  headGradient,
  count
};

/// Work memory that grows to what was needed most and is used again by every call.
class Scratch {
 public:
  explicit Scratch(std::shared_ptr<Arena> arena) : arena_(std::move(arena)) {}

  /// Uninitialised; valid until the next call with the same use.
  float* get(ScratchUse use, Index length);
  /// Gives the memory back to the arena: for what is large and idle while other memory is wanted.
  void release(ScratchUse use) { buffers_[static_cast<std::size_t>(use)] = FloatBuffer(); }

 private:
  std::shared_ptr<Arena> arena_;
  std::array<FloatBuffer, static_cast<std::size_t>(ScratchUse::count)> buffers_;
};

class KernelProfile;

/// What a kernel works with besides its arguments.
struct Workspace {
  ThreadPool& pool;
  Scratch& scratch;
  /// Where the time of kernels is noted, for those who ask for that.
  KernelProfile* profile = nullptr;
};

}  // namespace vicuna
