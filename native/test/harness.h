#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "../core/floating_point.h"
#include "../kernels/kernel_table.h"

namespace vicuna::test {

/// Kernels of one instruction set on a pool of some threads.
class Machine {
 public:
  Machine(const KernelTable& table, int threads) : kernels(table), pool_(threads), scratch_(std::make_shared<Arena>()) {}

  Workspace workspace() { return {pool_, scratch_}; }
  const KernelTable& kernels;

 private:
  DenormalsFlushed denormals_;
  ThreadPool pool_;
  Scratch scratch_;
};

using Body = std::function<void(Machine&)>;

/// Registers a test that runs on every instruction set of this processor with 1, 2 and 3 threads.
struct Test {
  Test(const char* name, Body body);
};

#define VICUNA_TEST(name)                               \
  static void name(::vicuna::test::Machine&);           \
  static const ::vicuna::test::Test name##Test(#name, name); \
  static void name(::vicuna::test::Machine& machine)

void fail(const std::string& message);

using Floats = std::vector<float>;
using Ints = std::vector<std::int32_t>;

/// Normally distributed, the same in every run.
Floats randomFloats(Index count, unsigned seed, float deviation = 1);

/// Fails where the largest difference exceeds `tolerance` times the largest expected magnitude.
void expectClose(const Floats& actual, const std::vector<double>& expected, double tolerance, const std::string& what);
void expectSame(const Floats& actual, const Floats& expected, const std::string& what);

}  // namespace vicuna::test
