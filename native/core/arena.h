#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "index.h"

namespace vicuna {

/// Memory of one engine: large chunks from the system on huge pages, cut up by best fit and merged again when freed.
///
/// A training step takes and gives back the same tensors every time; taking them from the system would cost a page fault
/// for every 4 KiB of every step. Free memory stays here for the next step, but never more than is in use. Thread-safe.
class Arena {
 public:
  Arena() = default;
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Uninitialised, aligned to 64 bytes. @throws std::bad_alloc
  void* allocate(std::size_t bytes);
  void free(void* block);
  std::size_t bytesInUse() const;

 private:
  struct Block {
    std::size_t bytes;
    /// Start of the chunk that the block was cut from: blocks of different chunks never merge.
    char* chunk;
  };

  void addFree(char* start, Block block);
  void removeFree(std::map<char*, Block>::iterator block);
  void returnIdleChunk(std::map<char*, Block>::iterator block);

  mutable std::mutex mutex_;
  std::map<char*, std::size_t> chunks_;
  std::map<char*, Block> used_, free_;
  std::set<std::pair<std::size_t, char*>> freeBySize_;
  std::size_t usedBytes_ = 0, freeBytes_ = 0;
};

/// Floats in an arena, freed with their last owner.
class FloatBuffer {
 public:
  FloatBuffer() = default;
  FloatBuffer(std::shared_ptr<Arena> arena, Index length);

  float* data() const { return data_.get(); }
  Index length() const { return length_; }

 private:
  std::shared_ptr<float> data_;
  Index length_ = 0;
};

}  // namespace vicuna
