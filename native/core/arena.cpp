#include "arena.h"

#include <algorithm>
#include <cstdint>
#include <new>

#if defined(_WIN32)
#include <windows.h>
#else
#include <sys/mman.h>
#endif

// AddressSanitizer does not know this allocator: it is told what nobody may touch.
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define VICUNA_FORBID(start, bytes) ASAN_POISON_MEMORY_REGION(start, bytes)
#define VICUNA_ALLOW(start, bytes) ASAN_UNPOISON_MEMORY_REGION(start, bytes)
#else
#define VICUNA_FORBID(start, bytes) (void)0
#define VICUNA_ALLOW(start, bytes) (void)0
#endif

namespace vicuna {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kChunk = std::size_t{64} << 20;
/// Free memory kept however little is in use.
constexpr std::size_t kKept = std::size_t{256} << 20;

std::size_t roundUp(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

#if defined(_WIN32)

char* systemAllocate(std::size_t bytes) {
  return static_cast<char*>(VirtualAlloc(nullptr, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
}
void systemFree(char* chunk, std::size_t) { VirtualFree(chunk, 0, MEM_RELEASE); }

#else

char* systemAllocate(std::size_t bytes) {
  // One huge page more than needed, so that the chunk can begin on a huge page's border.
  const std::size_t mapped = bytes + kHugePage;
  void* const address = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) return nullptr;
  char* const start = static_cast<char*>(address);
  char* const aligned = reinterpret_cast<char*>(roundUp(reinterpret_cast<std::uintptr_t>(start), kHugePage));
  if (aligned != start) munmap(start, static_cast<std::size_t>(aligned - start));
  const std::size_t after = static_cast<std::size_t>(start + mapped - (aligned + bytes));
  if (after > 0) munmap(aligned + bytes, after);
#if defined(__linux__)
  madvise(aligned, bytes, MADV_HUGEPAGE);
#endif
  return aligned;
}
void systemFree(char* chunk, std::size_t bytes) {
  VICUNA_ALLOW(chunk, bytes);
  munmap(chunk, bytes);
}

#endif

}  // namespace

Arena::~Arena() {
  for (const auto& [chunk, bytes] : chunks_) systemFree(chunk, bytes);
}

void* Arena::allocate(std::size_t bytes) {
  // One line more than asked for: equal tensors side by side would otherwise share the low bits of their addresses, and
  // a loop over several of them its cache sets.
  const std::size_t wanted = roundUp(std::max<std::size_t>(bytes, 1), kAlignment) + kAlignment;
  std::lock_guard<std::mutex> lock(mutex_);
  auto fit = freeBySize_.lower_bound({wanted, nullptr});
  if (fit == freeBySize_.end()) {
    const std::size_t chunkBytes = roundUp(std::max(wanted, kChunk), kHugePage);
    char* const chunk = systemAllocate(chunkBytes);
    if (chunk == nullptr) throw std::bad_alloc();
    chunks_.emplace(chunk, chunkBytes);
    addFree(chunk, {chunkBytes, chunk});
    fit = freeBySize_.lower_bound({wanted, nullptr});
  }
  const auto found = free_.find(fit->second);
  char* const start = found->first;
  const Block block = found->second;
  removeFree(found);
  if (block.bytes > wanted) addFree(start + wanted, {block.bytes - wanted, block.chunk});
  used_.emplace(start, Block{wanted, block.chunk});
  VICUNA_ALLOW(start, bytes);
  usedBytes_ += wanted;
  return start;
}

void Arena::free(void* address) {
  if (address == nullptr) return;
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = used_.find(static_cast<char*>(address));
  char* start = found->first;
  Block block = found->second;
  used_.erase(found);
  usedBytes_ -= block.bytes;
  const auto after = free_.find(start + block.bytes);
  if (after != free_.end() && after->second.chunk == block.chunk) {
    block.bytes += after->second.bytes;
    removeFree(after);
  }
  auto before = free_.lower_bound(start);
  if (before != free_.begin()) {
    --before;
    if (before->second.chunk == block.chunk && before->first + before->second.bytes == start) {
      start = before->first;
      block.bytes += before->second.bytes;
      removeFree(before);
    }
  }
  addFree(start, block);
  returnIdleChunk(free_.find(start));
}

std::size_t Arena::bytesInUse() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return usedBytes_;
}

void Arena::addFree(char* start, Block block) {
  free_.emplace(start, block);
  VICUNA_FORBID(start, block.bytes);
  freeBySize_.emplace(block.bytes, start);
  freeBytes_ += block.bytes;
}

void Arena::removeFree(std::map<char*, Block>::iterator block) {
  freeBytes_ -= block->second.bytes;
  freeBySize_.erase({block->second.bytes, block->first});
  free_.erase(block);
}

void Arena::returnIdleChunk(std::map<char*, Block>::iterator block) {
  char* const chunk = block->second.chunk;
  const std::size_t bytes = chunks_.at(chunk);
  if (block->second.bytes < bytes || freeBytes_ <= std::max(usedBytes_, kKept)) return;
  removeFree(block);
  chunks_.erase(chunk);
  systemFree(chunk, bytes);
}

FloatBuffer::FloatBuffer(std::shared_ptr<Arena> arena, Index length) : length_(length) {
  float* const data = static_cast<float*>(arena->allocate(static_cast<std::size_t>(length) * sizeof(float)));
  data_ = std::shared_ptr<float>(data, [arena](float* block) { arena->free(block); });
}

}  // namespace vicuna
