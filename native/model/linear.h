#pragma once

#include "context.h"

// The three products of a linear layer y[T, N] = x[T, K] W[N, K]^T.

namespace vicuna {

/// `initial` may be null, or a residual `[T, N]` to add.
inline void linearForward(const Context& context, Index T, Index N, Index K, const float* x_TK, const WeightMatrix& w_NK,
                          const float* initial_TN, float* y_TN) {
  if (T <= context.kernels.skinnyRows) {
    context.kernels.skinnyMultiply(context.workspace(), {T, N, K, x_TK, w_NK, y_TN, initial_TN});
  } else {
    context.kernels.multiply(context.workspace(), {T, N, K, x_TK, K, false, w_NK, K, true, y_TN, N, initial_TN, N});
  }
}

/// linearForward for inference: the bits of a row do not depend on the other rows, nor on how many there are.
inline void linearRows(const Context& context, Index T, Index N, Index K, const float* x_TK, const WeightMatrix& w_NK,
                       const float* initial_TN, float* y_TN) {
  const SkinnyMultiply product{T, N, K, x_TK, w_NK, y_TN, initial_TN};
  if (T <= context.kernels.skinnyRows) {
    context.kernels.skinnyMultiply(context.workspace(), product);
  } else {
    context.kernels.wideMultiply(context.workspace(), product);
  }
}

inline void linearInputGradient(const Context& context, Index T, Index N, Index K, const float* dy_TN, const float* w_NK,
                                float* dx_TK) {
  context.kernels.multiply(context.workspace(),
                           {T, K, N, dy_TN, N, false, {WeightFormat::float32, w_NK, nullptr}, K, false, dx_TK, K, nullptr, 0});
}

/// Adds to `dw_NK`.
inline void linearWeightGradient(const Context& context, Index T, Index N, Index K, const float* dy_TN, const float* x_TK,
                                 float* dw_NK) {
  context.kernels.multiply(context.workspace(),
                           {N, K, T, dy_TN, N, true, {WeightFormat::float32, x_TK, nullptr}, K, false, dw_NK, K, dw_NK, K});
}

}  // namespace vicuna
