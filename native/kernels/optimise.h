#pragma once

#include "kernel_table.h"
#include "simd.h"

namespace vicuna {
namespace VICUNA_ISA {

/// Written lane by lane: compilers make one instruction of it.
VICUNA_INLINE Vec squareRoot(Vec v) {
  float lanes[kLanes];
  std::memcpy(lanes, &v, sizeof lanes);
  for (int lane = 0; lane < kLanes; lane++) lanes[lane] = __builtin_sqrtf(lanes[lane]);
  std::memcpy(&v, lanes, sizeof lanes);
  return v;
}

/// Whether nothing but zeros is there. Most often the first vector says no.
VICUNA_INLINE bool isZero(const float* values, Index count) {
  Index i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const IntVec differs = load(values + i) != 0.0f;
    for (int lane = 0; lane < kLanes; lane++)
      if (differs[lane] != 0) return false;
  }
  for (; i < count; i++)
    if (!(values[i] == 0)) return false;
  return true;
}

VICUNA_INLINE void adamwPiece(const AdamW& a, Index first, Index count) {
  forEachVector(count, [&](Index i, auto access) {
    const Index at = first + i;
    const Vec gradient = access.load(a.gradient + at) * a.gradientScale;
    const Vec m = access.load(a.firstMoment + at) * a.beta1 + gradient * a.newShare1;
    const Vec v = access.load(a.secondMoment + at) * a.beta2 + gradient * gradient * a.newShare2;
    access.store(a.firstMoment + at, m);
    access.store(a.secondMoment + at, v);
    // Decay and step are small beside the parameter: summed first, they cost it one rounding instead of two.
    const Vec parameter = access.load(a.parameters + at);
    const Vec change = parameter * a.decay + a.stepSize * m / (squareRoot(v) * a.rootScale + a.epsilon);
    access.store(a.parameters + at, parameter - change);
  });
}

/// AdamW (Loshchilov and Hutter 2019) in one pass over the four vectors.
///
/// Where nothing decays and gradient and moments are 0, all stay as they are, and are not written: an embedding's rows of
/// tokens that never occurred then take no memory for their moments (FloatBuffer::sparse).
void adamw(Workspace workspace, const AdamW& a) {
  constexpr Index piece = 1024;  // a page
  workspace.pool.runRanges(a.end - a.begin, Index{1} << 14, [&](Index begin, Index end, int) {
    for (Index from = begin; from < end; from += piece) {
      const Index first = a.begin + from, count = smaller(piece, end - from);
      const bool idle = a.decay == 0 && isZero(a.gradient + first, count) && isZero(a.firstMoment + first, count) &&
                        isZero(a.secondMoment + first, count);
      if (!idle) adamwPiece(a, first, count);
    }
  });
}

typedef double DoubleVec __attribute__((vector_size(VICUNA_LANES * 4)));
typedef float HalfWidthVec __attribute__((vector_size(VICUNA_LANES * 2)));

/// Squares of floats are exact in double precision, and so nearly is their sum. Pieces of fixed size are added in order.
double sumOfSquares(Workspace workspace, const float* values, Index length) {
  constexpr Index grain = Index{1} << 16, half = kLanes / 2;
  const Index parts = pieces(length, grain);
  // A double takes the place of two floats.
  double* const sums = reinterpret_cast<double*>(workspace.scratch.get(ScratchUse::reduction, 2 * parts));
  workspace.pool.runRanges(length, grain, [&](Index begin, Index end, int) {
    DoubleVec squares[4]{};
    Index i = begin;
    for (; i + 4 * half <= end; i += 4 * half)
      for (int part = 0; part < 4; part++) {
        HalfWidthVec floats;
        std::memcpy(&floats, values + i + part * half, sizeof floats);
        const DoubleVec x = __builtin_convertvector(floats, DoubleVec);
        squares[part] += x * x;
      }
    const DoubleVec all = (squares[0] + squares[1]) + (squares[2] + squares[3]);
    double sum = 0;
    for (int lane = 0; lane < half; lane++) sum += all[lane];
    for (; i < end; i++) sum += static_cast<double>(values[i]) * values[i];
    sums[begin / grain] = sum;
  });
  double sum = 0;
  for (Index part = 0; part < parts; part++) sum += sums[part];
  return sum;
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
