#pragma once

#include <vector>

#include "kernel_table.h"

namespace vicuna {

struct KernelTime {
  /// As KernelTable calls it.
  const char* kernel = nullptr;
  Index calls = 0;
  double seconds = 0;
};

/// Where an engine's time goes: stands between its blocks and its kernels, with a stopwatch around each call while it is
/// enabled. Otherwise its table is the kernels' own, and costs nothing.
class KernelProfile {
 public:
  explicit KernelProfile(const KernelTable& kernels);
  // Calls find their way back here: it stays where it is.
  KernelProfile(const KernelProfile&) = delete;
  KernelProfile& operator=(const KernelProfile&) = delete;

  /// What to compute with, in a workspace that names this profile.
  const KernelTable& table() const { return table_; }
  /// Not to be called while a kernel is at work.
  void enable(bool enabled) { table_ = enabled ? timed_ : kernels_; }
  /// What was timed since this was last called: kernels that were called at all.
  std::vector<KernelTime> take();

 private:
  template <std::size_t Number, auto Entry>
  struct Timed;
  template <std::size_t Number, auto Entry>
  void time(const char* kernel);

  const KernelTable& kernels_;
  KernelTable timed_, table_;
  std::vector<KernelTime> times_;
};

}  // namespace vicuna
