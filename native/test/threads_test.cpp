#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include "../core/arena.h"
#include "../core/job_thread.h"
#include "harness.h"

// What several threads share. Wrong sums show here; ThreadSanitizer shows what went well by luck.

namespace vicuna::test {

VICUNA_TEST(runsEveryTaskOnceAndGroupsInOrder) {
  ThreadPool& pool = machine.workspace().pool;
  constexpr Index groups = 5, groupSize = 7;
  for (int round = 0; round < 200; round++) {
    // Not atomic: what a task wrote is visible to the tasks of the groups after its own.
    std::vector<int> runs(groups * groupSize, 0);
    std::atomic<int> early{0};
    const auto body = [&](Index task, int) {
      const Index earlier = task - task % groupSize;
      for (Index before = 0; before < earlier; before++)
        if (runs[static_cast<std::size_t>(before)] != 1) early++;
      runs[static_cast<std::size_t>(task)]++;
    };
    pool.runGroups(groups, groupSize, body);
    for (const int count : runs)
      if (count != 1) return fail("a task ran " + std::to_string(count) + " times");
    if (early > 0) return fail("a group began before the one before it had ended");
  }
}

VICUNA_TEST(abandonsTheWorkOfAnotherThread) {
  const int threads = machine.workspace().pool.threads();
  for (int round = 0; round < 20; round++) {
    ThreadPool pool(threads);
    std::atomic<bool> begun{false}, ended{false};
    std::thread caller([&] {
      for (int call = 0; call < 1000; call++)
        pool.run(64, [&](Index, int) {
          begun = true;
          std::this_thread::sleep_for(std::chrono::microseconds(50));
        });
      ended = true;
    });
    while (!begun) std::this_thread::yield();
    pool.abandon();
    caller.join();
    if (!ended) fail("the caller of an abandoned pool did not return");
  }
}

VICUNA_TEST(doesJobsInOrderAndDropsThoseThatWaitAtItsEnd) {
  for (int round = 0; round < 20; round++) {
    std::vector<int> done;
    std::atomic<int> posted{0};
    {
      JobThread jobs;
      for (int job = 0; job < 100; job++) {
        jobs.post([&done, job] { done.push_back(job); });
        posted++;
      }
      if (round % 2 == 0) {
        std::atomic<bool> last{false};
        jobs.post([&] { last = true; });
        while (!last) std::this_thread::yield();
      }
    }
    if (round % 2 == 0 && done.size() != 100) fail("jobs were lost");
    for (std::size_t i = 0; i < done.size(); i++)
      if (done[i] != static_cast<int>(i)) return fail("jobs were done out of order");
  }
}

VICUNA_TEST(givesEveryThreadMemoryOfItsOwn) {
  const int threads = machine.workspace().pool.threads();
  const auto arena = std::make_shared<Arena>();
  std::atomic<int> overlaps{0};
  std::vector<std::thread> users;
  for (int user = 0; user < threads; user++)
    users.emplace_back([&, user] {
      std::mt19937 generator(static_cast<unsigned>(user));
      std::vector<std::pair<FloatBuffer, float>> held;
      for (int round = 0; round < 300; round++) {
        const float mark = static_cast<float>(user * 1000 + round);
        FloatBuffer buffer(arena, static_cast<Index>(generator() % 20000));
        std::fill(buffer.data(), buffer.data() + buffer.length(), mark);
        held.emplace_back(buffer, mark);
        if (held.size() < 8) continue;
        const std::size_t victim = generator() % held.size();
        const auto& [old, expected] = held[victim];
        for (Index i = 0; i < old.length(); i++)
          if (old.data()[i] != expected) overlaps++;
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(victim));
      }
    });
  for (std::thread& user : users) user.join();
  if (overlaps > 0) fail("memory was given out twice");
  if (arena->bytesInUse() != 0) fail("memory that nobody holds is in use");
}

VICUNA_TEST(computesInSeveralEnginesAtOnce) {
  const Index length = 100'000;
  const Floats values = randomFloats(length, 9);
  const double expected = machine.kernels.sumOfSquares(machine.workspace(), values.data(), length);
  std::atomic<int> wrong{0};
  std::vector<std::thread> engines;
  for (int threads = 1; threads <= 3; threads++)
    engines.emplace_back([&, threads] {
      Machine own(machine.kernels, threads);
      for (int round = 0; round < 20; round++)
        if (own.kernels.sumOfSquares(own.workspace(), values.data(), length) != expected) wrong++;
    });
  for (std::thread& engine : engines) engine.join();
  if (wrong > 0) fail("engines side by side disturb each other");
}

}  // namespace vicuna::test
