#include <numeric>

#include "harness.h"

namespace vicuna::test {
namespace {

constexpr WeightFormat kFormats[] = {WeightFormat::float32, WeightFormat::bfloat16, WeightFormat::int8};

/// Weights in a format, and what they mean.
struct Converted {
  std::vector<unsigned char> bytes;
  Floats scales;
  std::vector<double> values;
  WeightMatrix matrix;

  Converted(Machine& machine, const Floats& from, Index rows, Index columns, WeightFormat format)
      : bytes(static_cast<std::size_t>(rows * columns) * 4),
        scales(rows * ((columns + kScaleGroup - 1) / kScaleGroup)),
        matrix{format, bytes.data(), format == WeightFormat::int8 ? scales.data() : nullptr} {
    machine.kernels.convertWeights(machine.workspace(), from.data(), rows, columns, format, bytes.data(), scales.data());
    // Read back the way an embedding is.
    Floats read(from.size());
    Ints ids(rows);
    std::iota(ids.begin(), ids.end(), 0);
    machine.kernels.embeddingForward(machine.workspace(), {rows, columns, ids.data(), matrix, read.data()});
    values.assign(read.begin(), read.end());
  }
};

}  // namespace

VICUNA_TEST(roundsWeightsToTheNearest) {
  const Index rows = 5, columns = 77;
  const Floats from = randomFloats(rows * columns, 1);
  for (const WeightFormat format : kFormats) {
    const Converted converted(machine, from, rows, columns, format);
    for (Index row = 0; row < rows; row++)
      for (Index j = 0; j < columns; j++) {
        double step = 0;
        if (format == WeightFormat::bfloat16) step = std::fabs(from[row * columns + j]) / 256;
        if (format == WeightFormat::int8)
          for (Index k = j / kScaleGroup * kScaleGroup; k < std::min(columns, (j / kScaleGroup + 1) * kScaleGroup); k++)
            step = std::fmax(step, std::fabs(from[row * columns + k]) / 127 / 2);
        if (!(std::fabs(converted.values[row * columns + j] - from[row * columns + j]) <= step * 1.0001))
          fail("column " + std::to_string(j) + " of format " + std::to_string(static_cast<int>(format)));
      }
  }
}

VICUNA_TEST(multipliesByWeightsOfAnyFormat) {
  for (const WeightFormat format : kFormats)
    for (const Index M : {1, 2, 3, 5, 8, 11, 40})
      for (const auto& [N, K] : {std::pair<Index, Index>{1, 1}, {17, 80}, {33, 515}, {70, 31}}) {
        const Floats input = randomFloats(M * K, 1), residual = randomFloats(M * N, 2);
        const Converted weights(machine, randomFloats(N * K, 3), N, K, format);
        std::vector<double> expected(residual.begin(), residual.end());
        for (Index m = 0; m < M; m++)
          for (Index n = 0; n < N; n++)
            for (Index k = 0; k < K; k++) expected[m * N + n] += input[m * K + k] * weights.values[n * K + k];
        const std::string what = std::to_string(M) + "x" + std::to_string(N) + "x" + std::to_string(K) + " of format " +
                                 std::to_string(static_cast<int>(format));
        Floats result(M * N, NAN);
        machine.kernels.skinnyMultiply(machine.workspace(), {M, N, K, input.data(), weights.matrix, result.data(), residual.data()});
        expectClose(result, expected, 2e-6, what + ", unpacked");
        Floats wide(M * N, NAN);
        machine.kernels.wideMultiply(machine.workspace(), {M, N, K, input.data(), weights.matrix, wide.data(), residual.data()});
        expectSame(wide, result, what + ", for many rows");
        result.assign(M * N, NAN);
        machine.kernels.multiply(machine.workspace(), {M, N, K, input.data(), K, false, weights.matrix, K, true, result.data(), N,
                                                       residual.data(), N});
        expectClose(result, expected, 2e-6, what + ", packed");
      }
}

VICUNA_TEST(theBitsOfARowDoNotDependOnTheOthers) {
  const Index N = 70, most = 45;
  for (const WeightFormat format : kFormats)
    for (const Index K : {7, 32, 129, 515}) {
      const Floats input = randomFloats(most * K, 1);
      const Converted weights(machine, randomFloats(N * K, 3), N, K, format);
      Floats together(most * N, NAN);
      machine.kernels.wideMultiply(machine.workspace(), {most, N, K, input.data(), weights.matrix, together.data(), nullptr});
      for (const Index count : {1, 2, 3, 7, 16, 19})
        for (Index first = 0; first + count <= most; first += 11)
          for (const auto multiply : {machine.kernels.skinnyMultiply, machine.kernels.wideMultiply}) {
            Floats some(count * N, NAN);
            multiply(machine.workspace(), {count, N, K, input.data() + first * K, weights.matrix, some.data(), nullptr});
            const Floats expected(together.begin() + first * N, together.begin() + (first + count) * N);
            expectSame(some, expected, std::to_string(count) + " rows of depth " + std::to_string(K));
          }
    }
}

}  // namespace vicuna::test
