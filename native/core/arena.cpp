#include "arena.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
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
// NaN, so that whoever reads before writing shows.
#define VICUNA_SPOIL(start, bytes) std::memset(start, 0xFF, bytes)
#else
#define VICUNA_FORBID(start, bytes) (void)0
#define VICUNA_ALLOW(start, bytes) (void)0
#define VICUNA_SPOIL(start, bytes) (void)0
#endif

namespace vicuna {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kChunk = std::size_t{1} << 30;
/// Free memory kept while at least a huge page is in use.
constexpr std::size_t kKept = std::size_t{256} << 20;

std::size_t roundUp(std::size_t bytes, std::size_t unit) { return (bytes + unit - 1) / unit * unit; }

#if defined(_WIN32)

char* systemAllocate(std::size_t bytes) {
  return static_cast<char*>(VirtualAlloc(nullptr, bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE));
}
char* systemAllocateSparse(std::size_t bytes) { return systemAllocate(bytes); }
void systemFree(char* chunk, std::size_t) { VirtualFree(chunk, 0, MEM_RELEASE); }
/// Windows would want the pages back before they are used again: they stay.
bool systemForget(char*, std::size_t) { return false; }

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
char* systemAllocateSparse(std::size_t bytes) {
  void* const address = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (address == MAP_FAILED) return nullptr;
#if defined(__linux__)
  // One number written would bring in a whole huge page.
  madvise(address, bytes, MADV_NOHUGEPAGE);
#endif
  return static_cast<char*>(address);
}
void systemFree(char* chunk, std::size_t bytes) {
  VICUNA_ALLOW(chunk, bytes);
  munmap(chunk, bytes);
}
/// Gives the memory of whole pages back and keeps their addresses. @returns whether it did.
bool systemForget(char* start, std::size_t bytes) {
#if defined(__linux__)
  return madvise(start, bytes, MADV_DONTNEED) == 0;
#else
  (void)start;
  (void)bytes;
  return false;
#endif
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
    addFree(chunk, {chunkBytes, chunk, false});
    fit = freeBySize_.lower_bound({wanted, nullptr});
  }
  const auto found = free_.find(fit->second);
  char* const start = found->first;
  const Block block = found->second;
  removeFree(found);
  if (block.bytes > wanted) addFree(start + wanted, {block.bytes - wanted, block.chunk, block.resident});
  used_.emplace(start, Block{wanted, block.chunk, true});
  VICUNA_ALLOW(start, bytes);
  VICUNA_SPOIL(start, bytes);
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
  merge(start, block);
  giveBack(free_.find(start));
}

std::size_t Arena::bytesInUse() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return usedBytes_;
}

/// Adds a free block, as one with the free blocks around it. @param start moves to where that one starts
void Arena::merge(char*& start, Block block) {
  const auto after = free_.find(start + block.bytes);
  if (after != free_.end() && after->second.joins(block)) {
    block.bytes += after->second.bytes;
    removeFree(after);
  }
  auto before = free_.lower_bound(start);
  if (before != free_.begin()) {
    --before;
    if (before->second.joins(block) && before->first + before->second.bytes == start) {
      start = before->first;
      block.bytes += before->second.bytes;
      removeFree(before);
    }
  }
  addFree(start, block);
}

void Arena::addFree(char* start, Block block) {
  free_.emplace(start, block);
  VICUNA_FORBID(start, block.bytes);
  freeBySize_.emplace(block.bytes, start);
  if (block.resident) idleBytes_ += block.bytes;
}

void Arena::removeFree(std::map<char*, Block>::iterator block) {
  if (block->second.resident) idleBytes_ -= block->second.bytes;
  freeBySize_.erase({block->second.bytes, block->first});
  free_.erase(block);
}

/// Returns the whole pages of a free block to the system where more memory lies idle than is in use, or hardly any is.
void Arena::giveBack(std::map<char*, Block>::iterator free) {
  if (usedBytes_ >= kHugePage && idleBytes_ <= std::max(usedBytes_, kKept)) return;
  char* start = free->first;
  const Block block = free->second;
  const auto address = reinterpret_cast<std::uintptr_t>(start);
  const std::size_t before = roundUp(address, kHugePage) - address;
  if (block.bytes < before + kHugePage) return;
  const std::size_t pages = (block.bytes - before) / kHugePage * kHugePage;
  if (!systemForget(start + before, pages)) return;
  removeFree(free);
  if (before > 0) addFree(start, {before, block.chunk, true});
  const std::size_t after = block.bytes - before - pages;
  if (after > 0) addFree(start + before + pages, {after, block.chunk, true});
  char* forgotten = start + before;
  merge(forgotten, {pages, block.chunk, false});
  const std::size_t chunkBytes = chunks_.at(block.chunk);
  const auto whole = free_.find(forgotten);
  if (whole->second.bytes < chunkBytes) return;
  removeFree(whole);
  chunks_.erase(block.chunk);
  systemFree(block.chunk, chunkBytes);
}

FloatBuffer::FloatBuffer(std::shared_ptr<Arena> arena, Index length) : length_(length) {
  float* const data = static_cast<float*>(arena->allocate(static_cast<std::size_t>(length) * sizeof(float)));
  data_ = std::shared_ptr<float>(data, [arena](float* block) { arena->free(block); });
}

FloatBuffer FloatBuffer::over(float* data, Index length) {
  FloatBuffer buffer;
  buffer.data_ = std::shared_ptr<float>(data, [](float*) {});
  buffer.length_ = length;
  return buffer;
}

FloatBuffer FloatBuffer::sparse(Index length) {
  const std::size_t bytes = std::max<std::size_t>(static_cast<std::size_t>(length) * sizeof(float), 1);
  char* const start = systemAllocateSparse(bytes);
  if (start == nullptr) throw std::bad_alloc();
  FloatBuffer buffer;
  buffer.data_ = std::shared_ptr<float>(reinterpret_cast<float*>(start),
                                        [bytes](float* block) { systemFree(reinterpret_cast<char*>(block), bytes); });
  buffer.length_ = length;
  return buffer;
}

}  // namespace vicuna
