#include "harness.h"

namespace vicuna::test {
namespace {

struct Case {
  Index M, N, K;
};

std::vector<double> plainProduct(const MatrixMultiply& m, const Floats& initial) {
  std::vector<double> result(initial.begin(), initial.end());
  const float* const right = static_cast<const float*>(m.right.values);
  for (Index i = 0; i < m.M; i++)
    for (Index p = 0; p < m.K; p++) {
      const double left = m.leftTransposed ? m.left[p * m.leftStride + i] : m.left[i * m.leftStride + p];
      for (Index j = 0; j < m.N; j++)
        result[i * m.N + j] += left * (m.rightTransposed ? right[j * m.rightStride + p] : right[p * m.rightStride + j]);
    }
  return result;
}

}  // namespace

VICUNA_TEST(multipliesMatricesOfAnySizeAndOrientation) {
  for (const auto& [M, N, K] : {Case{1, 1, 1}, {1, 17, 515}, {17, 1, 33}, {12, 32, 4}, {13, 33, 5}, {3, 80, 80}, {37, 129, 515},
                                {100, 257, 300}, {127, 65, 1025}, {300, 2100, 70}, {515, 17, 17}})
    for (const bool leftTransposed : {false, true})
      for (const bool rightTransposed : {false, true}) {
        const Floats left = randomFloats(M * K, 1), right = randomFloats(K * N, 2), residual = randomFloats(M * N, 3);
        MatrixMultiply m{M, N, K, left.data(), leftTransposed ? M : K, leftTransposed, {}, rightTransposed ? K : N,
                         rightTransposed, nullptr, N, nullptr, N};
        m.right.values = right.data();
        const std::string size = std::to_string(M) + "x" + std::to_string(N) + "x" + std::to_string(K) +
                                 (leftTransposed ? "T" : "N") + (rightTransposed ? "T" : "N");
        Floats fresh(M * N, NAN);
        m.result = fresh.data();
        machine.kernels.multiply(machine.workspace(), m);
        expectClose(fresh, plainProduct(m, Floats(M * N)), 2e-6, size + " alone");
        Floats accumulated = residual;
        m.result = accumulated.data();
        m.initial = accumulated.data();
        machine.kernels.multiply(machine.workspace(), m);
        expectClose(accumulated, plainProduct(m, residual), 2e-6, size + " accumulated");
        Floats added(M * N, NAN);
        m.result = added.data();
        m.initial = residual.data();
        machine.kernels.multiply(machine.workspace(), m);
        expectSame(added, accumulated, size + " added to a residual");
      }
}

VICUNA_TEST(multipliesWithStridedMatrices) {
  const Index M = 19, N = 40, K = 21, leftStride = 30, rightStride = 50, resultStride = 45;
  const Floats left = randomFloats(M * leftStride, 1), right = randomFloats(K * rightStride, 2);
  Floats result(M * resultStride, 7.0f);
  MatrixMultiply m{M, N, K, left.data(), leftStride, false, {}, rightStride, false, result.data(), resultStride, nullptr, 0};
  m.right.values = right.data();
  machine.kernels.multiply(machine.workspace(), m);
  Floats dense;
  for (Index i = 0; i < M; i++) {
    dense.insert(dense.end(), result.begin() + i * resultStride, result.begin() + i * resultStride + N);
    for (Index j = N; j < resultStride; j++)
      if (result[i * resultStride + j] != 7.0f) fail("wrote outside of its columns");
  }
  expectClose(dense, plainProduct(m, Floats(M * N)), 2e-6, "strided");
}

VICUNA_TEST(anEmptySumIsTheInitialValue) {
  Floats result(6, NAN);
  const Floats residual = randomFloats(6, 1);
  MatrixMultiply m{2, 3, 0, nullptr, 0, false, {}, 3, false, result.data(), 3, residual.data(), 3};
  machine.kernels.multiply(machine.workspace(), m);
  expectSame(result, residual, "K = 0");
}

}  // namespace vicuna::test
