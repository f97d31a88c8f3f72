#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "index.h"

namespace vicuna {

/// A fork-join pool: the calling thread and `threads - 1` workers take tasks from one counter.
///
/// The caller never waits for a worker that has not begun: on a busy machine a sleeping or descheduled worker costs its
/// help, not the caller's time. Who takes a task decides nothing about its result, so that kernels built on this are
/// deterministic for any number of threads as long as a task's work depends on its number alone.
class ThreadPool {
 public:
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Calls `body(task, thread)` once for every task in [0, tasks).
  template <class Body>
  void run(Index tasks, Body&& body) {
    runGroups(1, tasks, body);
  }

  /// Runs `groups * groupSize` tasks; none starts before every task of the groups before its own has ended. This is the
  /// barrier of kernels that first pack and then multiply, without a thread ever waiting for one that does no work.
  template <class Body>
  void runGroups(Index groups, Index groupSize, Body& body) {
    const Index tasks = groups * groupSize;
    if (tasks <= 0) return;
    if (workers_.empty() || tasks == 1) {
      for (Index task = 0; task < tasks && !abandoned_.load(std::memory_order_relaxed); task++) body(task, 0);
      return;
    }
    fork({[](void* callable, Index task, int thread) { (*static_cast<Body*>(callable))(task, thread); },
          const_cast<void*>(static_cast<const void*>(&body)), tasks, groupSize});
  }

  /// From now on tasks are skipped: results no longer matter, only that whoever waits for them can go.
  void abandon() { abandoned_.store(true, std::memory_order_relaxed); }

  /// Splits [0, count) into pieces of `grain` and calls `body(begin, end, thread)` for each.
  template <class Body>
  void runRanges(Index count, Index grain, Body&& body) {
    run((count + grain - 1) / grain, [&](Index piece, int thread) {
      const Index begin = piece * grain;
      body(begin, begin + grain < count ? begin + grain : count, thread);
    });
  }

 private:
  struct Region {
    void (*call)(void* body, Index task, int thread);
    void* body;
    Index tasks;
    Index groupSize;
  };

  void fork(Region region);
  void help(int thread);
  void work(int thread);

  std::vector<std::thread> workers_;
  Region region_{};
  alignas(64) std::atomic<Index> next_{0};
  alignas(64) std::atomic<Index> done_{0};
  /// Number of the open region, 0 when none is.
  alignas(64) std::atomic<std::uint64_t> open_{0};
  /// Workers inside a region.
  alignas(64) std::atomic<int> active_{0};
  std::atomic<int> sleeping_{0};
  std::atomic<bool> abandoned_{false};
  std::uint64_t regions_ = 0;
  bool ending_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
};

}  // namespace vicuna
