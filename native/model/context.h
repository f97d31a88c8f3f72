#pragma once

#include <memory>

#include "../kernels/kernel_table.h"

namespace vicuna {

/// What the blocks of a model are computed with. Used by one thread at a time.
struct Context {
  const KernelTable& kernels;
  std::shared_ptr<Arena> arena;
  ThreadPool& pool;
  Scratch& scratch;
  KernelProfile& profile;

  Workspace workspace() const { return {pool, scratch, &profile}; }
};

}  // namespace vicuna
