#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>

#include "index.h"

namespace vicuna {

/// Memory of one engine: address space in large chunks on huge pages, cut up by best fit and merged again when freed.
///
/// A chunk takes memory from the system only as it is written to, so it may be large, and pieces of any size fit into it
/// without waste. A training step takes and gives back the same tensors every time; taking them from the system would cost
/// a page fault for every page of every step. Free memory stays here for the next step, but no great deal more than is in
/// use, and none where hardly anything is: the engine of a model whose weights are with other ranks.
/// Thread-safe.
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
    /// Whether it was written to since the system gave it, so that it takes memory. Only blocks alike in this merge.
    bool resident;

    bool joins(const Block& other) const { return chunk == other.chunk && resident == other.resident; }
  };

  void addFree(char* start, Block block);
  void removeFree(std::map<char*, Block>::iterator block);
  void merge(char*& start, Block block);
  void giveBack(std::map<char*, Block>::iterator block);

  mutable std::mutex mutex_;
  std::map<char*, std::size_t> chunks_;
  std::map<char*, Block> used_, free_;
  std::set<std::pair<std::size_t, char*>> freeBySize_;
  /// In use, and free but resident.
  std::size_t usedBytes_ = 0, idleBytes_ = 0;
};

/// Floats in an arena, freed with their last owner.
class FloatBuffer {
 public:
  FloatBuffer() = default;
  FloatBuffer(std::shared_ptr<Arena> arena, Index length);
  /// Somebody else's memory, which must outlive this.
  static FloatBuffer over(float* data, Index length);
  /// Zeros that take memory only where they are written, a small page at a time. @throws std::bad_alloc
  static FloatBuffer sparse(Index length);

  float* data() const { return data_.get(); }
  Index length() const { return length_; }

 private:
  std::shared_ptr<float> data_;
  Index length_ = 0;
};

}  // namespace vicuna
