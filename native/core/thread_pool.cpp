#include "thread_pool.h"

#include "floating_point.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vicuna {
namespace {

// About 20 microseconds: longer than the gap between two kernels, shorter than anyone else would notice.
constexpr int kSpinsBeforeSleep = 600;
constexpr int kSpinsBeforeYield = 200;

void pauseProcessor() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits for a condition that another running thread is about to make true.
template <class Condition>
void waitUntil(Condition condition) {
  for (int spins = 0; !condition(); spins++) {
    if (spins < kSpinsBeforeYield) {
      pauseProcessor();
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace

ThreadPool::ThreadPool(int threads) {
  for (int thread = 1; thread < threads; thread++) workers_.emplace_back([this, thread] { work(thread); });
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::fork(Region region) {
  region_ = region;
  next_.store(0, std::memory_order_relaxed);
  done_.store(0, std::memory_order_relaxed);
  open_.store(++regions_);
  if (sleeping_.load() > 0) {
    // Taking the lock orders this wake-up after a worker's decision to sleep.
    { std::lock_guard<std::mutex> lock(mutex_); }
    wake_.notify_all();
  }
  help(0);
  waitUntil([&] { return done_.load(std::memory_order_acquire) == region_.tasks; });
  // From here no worker can enter; those inside find no task left and go.
  open_.store(0);
  waitUntil([&] { return active_.load() == 0; });
}

void ThreadPool::help(int thread) {
  const Region region = region_;
  for (Index task; (task = next_.fetch_add(1, std::memory_order_relaxed)) < region.tasks;) {
    const Index earlier = task - task % region.groupSize;
    waitUntil([&] { return done_.load(std::memory_order_acquire) >= earlier; });
    if (!abandoned_.load(std::memory_order_relaxed)) region.call(region.body, task, thread);
    done_.fetch_add(1, std::memory_order_acq_rel);
  }
}

void ThreadPool::work(int thread) {
  flushDenormalsOnThisThread();
  std::uint64_t last = 0;
  for (;;) {
    std::uint64_t region = open_.load();
    for (int spins = 0; (region == 0 || region == last) && spins < kSpinsBeforeSleep; spins++) {
      pauseProcessor();
      region = open_.load();
    }
    if (region == 0 || region == last) {
      std::unique_lock<std::mutex> lock(mutex_);
      sleeping_.fetch_add(1);
      wake_.wait(lock, [&] {
        region = open_.load();
        return ending_ || (region != 0 && region != last);
      });
      sleeping_.fetch_sub(1);
      if (ending_) return;
    }
    // Enter first, then look again: either the caller sees this thread inside, or this thread sees the region closed.
    active_.fetch_add(1);
    if (open_.load() == region) {
      help(thread);
      last = region;
    }
    active_.fetch_sub(1);
  }
}

}  // namespace vicuna
