#include "harness.h"

#include <cmath>
#include <cstdio>
#include <cstring>
#include <utility>

namespace vicuna::test {
namespace {

std::vector<std::pair<std::string, Body>>& tests() {
  static std::vector<std::pair<std::string, Body>> all;
  return all;
}

std::string place;
int failures = 0;

}  // namespace

Test::Test(const char* name, Body body) { tests().emplace_back(name, std::move(body)); }

void fail(const std::string& message) {
  failures++;
  std::printf("FAILED %s: %s\n", place.c_str(), message.c_str());
}

Floats randomFloats(Index count, unsigned seed, float deviation) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0, deviation);
  Floats values(static_cast<std::size_t>(count));
  for (float& value : values) value = normal(generator);
  return values;
}

void expectClose(const Floats& actual, const std::vector<double>& expected, double tolerance, const std::string& what) {
  if (actual.size() != expected.size()) return fail(what + ": sizes differ");
  double largest = 0, worst = 0;
  std::size_t at = 0;
  for (const double value : expected) largest = std::fmax(largest, std::fabs(value));
  for (std::size_t i = 0; i < expected.size(); i++) {
    const double difference = std::fabs(actual[i] - expected[i]);
    // Written so that NaN fails.
    if (!(difference <= worst)) worst = difference, at = i;
  }
  if (!(worst <= tolerance * std::fmax(largest, 1e-3)))
    fail(what + ": element " + std::to_string(at) + " is " + std::to_string(actual[at]) + ", not " +
         std::to_string(expected[at]) + "; relative to the largest " + std::to_string(worst / largest));
}

void expectSame(const Floats& actual, const Floats& expected, const std::string& what) {
  if (actual.size() != expected.size() ||
      std::memcmp(actual.data(), expected.data(), actual.size() * sizeof(float)) != 0)
    fail(what + ": not the same bits");
}

}  // namespace vicuna::test

int main(int count, char** arguments) {
  using namespace vicuna;
  using namespace vicuna::test;
  int sets = 0, runs = 0;
  for (const char* name : {"portable", "neon", "avx2", "avx512"}) {
    const KernelTable* const kernels = kernelsFor(name);
    if (kernels == nullptr) continue;
    sets++;
    for (const int threads : {1, 2, 3}) {
      Machine machine(*kernels, threads);
      for (const auto& [test, body] : tests()) {
        if (count > 1 && test.find(arguments[1]) == std::string::npos) continue;
        place = test + " (" + name + ", " + std::to_string(threads) + " threads)";
        body(machine);
        runs++;
      }
    }
  }
  std::printf("%d runs of %zu tests on %d instruction sets, %d failures\n", runs, tests().size(), sets, failures);
  return failures == 0 ? 0 : 1;
}
