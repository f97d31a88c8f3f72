#pragma once

// A vector of VICUNA_LANES floats, the widest this instruction set multiplies at once. Included once per instruction set
// (../isa), each time in a translation unit with its own compiler flags: everything here and in the kernels lives in the
// namespace VICUNA_ISA, and nothing inline of the standard library is used, or the linker might keep one instruction
// set's copy of a shared function for all.

#include <cstdint>
#include <cstring>

#include "../core/index.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#define VICUNA_INLINE inline __attribute__((always_inline))

namespace vicuna {
namespace VICUNA_ISA {

constexpr int kLanes = VICUNA_LANES;

typedef float Vec __attribute__((vector_size(VICUNA_LANES * 4)));
typedef std::int32_t IntVec __attribute__((vector_size(VICUNA_LANES * 4)));
typedef std::uint32_t UIntVec __attribute__((vector_size(VICUNA_LANES * 4)));
typedef float UnalignedVec __attribute__((vector_size(VICUNA_LANES * 4), aligned(4), may_alias));

constexpr float kInfinity = __builtin_huge_valf();

VICUNA_INLINE Index smaller(Index a, Index b) { return a < b ? a : b; }
VICUNA_INLINE Index larger(Index a, Index b) { return a > b ? a : b; }
VICUNA_INLINE Index roundUp(Index count, Index unit) { return (count + unit - 1) / unit * unit; }
VICUNA_INLINE Index pieces(Index count, Index size) { return (count + size - 1) / size; }

VICUNA_INLINE Vec load(const float* from) { return *reinterpret_cast<const UnalignedVec*>(from); }
VICUNA_INLINE void store(float* to, Vec v) { *reinterpret_cast<UnalignedVec*>(to) = v; }
VICUNA_INLINE Vec splat(float x) { return x - Vec{}; }
/// Where a lane of `a` is NaN the result has `b`'s.
VICUNA_INLINE Vec maximum(Vec a, Vec b) { return a > b ? a : b; }

VICUNA_INLINE Vec loadFirst(const float* from, Index count, float pastEnd) {
  Vec v = splat(pastEnd);
  std::memcpy(&v, from, static_cast<std::size_t>(count) * sizeof(float));
  return v;
}
VICUNA_INLINE void storeFirst(float* to, Vec v, Index count) {
  std::memcpy(to, &v, static_cast<std::size_t>(count) * sizeof(float));
}

/// How a piece of a row is read and written: whole vectors, and one shorter one at its end.
struct WholeVector {
  VICUNA_INLINE Vec load(const float* from, float = 0) const { return VICUNA_ISA::load(from); }
  VICUNA_INLINE void store(float* to, Vec v) const { VICUNA_ISA::store(to, v); }
};
struct PartOfVector {
  Index count;
  VICUNA_INLINE Vec load(const float* from, float pastEnd = 0) const { return loadFirst(from, count, pastEnd); }
  VICUNA_INLINE void store(float* to, Vec v) const { storeFirst(to, v, count); }
};

/// Calls `body(offset, access)` for every vector of a row of any length. Lanes past the end read as 0, or as asked for.
template <class Body>
VICUNA_INLINE void forEachVector(Index length, Body body) {
  Index offset = 0;
  for (; offset + kLanes <= length; offset += kLanes) body(offset, WholeVector{});
  if (offset < length) body(offset, PartOfVector{length - offset});
}

#if defined(__clang__) || __GNUC__ >= 12
#define VICUNA_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define VICUNA_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, IntVec{__VA_ARGS__})
#endif

// In each group of four lanes: the interleaved low or high halves of a and b, and their low or high pairs.
#if VICUNA_LANES == 4
#define VICUNA_INTERLEAVE_LOW 0, 4, 1, 5
#define VICUNA_INTERLEAVE_HIGH 2, 6, 3, 7
#define VICUNA_PAIR_LOW 0, 1, 4, 5
#define VICUNA_PAIR_HIGH 2, 3, 6, 7
#elif VICUNA_LANES == 8
#define VICUNA_INTERLEAVE_LOW 0, 8, 1, 9, 4, 12, 5, 13
#define VICUNA_INTERLEAVE_HIGH 2, 10, 3, 11, 6, 14, 7, 15
#define VICUNA_PAIR_LOW 0, 1, 8, 9, 4, 5, 12, 13
#define VICUNA_PAIR_HIGH 2, 3, 10, 11, 6, 7, 14, 15
#else
#define VICUNA_INTERLEAVE_LOW 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29
#define VICUNA_INTERLEAVE_HIGH 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31
#define VICUNA_PAIR_LOW 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define VICUNA_PAIR_HIGH 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#endif

/// Transposes each 4 x 4 square of four vectors.
VICUNA_INLINE void transposeSquares(Vec& a, Vec& b, Vec& c, Vec& d) {
  const Vec ab = VICUNA_SHUFFLE(a, b, VICUNA_INTERLEAVE_LOW), AB = VICUNA_SHUFFLE(a, b, VICUNA_INTERLEAVE_HIGH);
  const Vec cd = VICUNA_SHUFFLE(c, d, VICUNA_INTERLEAVE_LOW), CD = VICUNA_SHUFFLE(c, d, VICUNA_INTERLEAVE_HIGH);
  a = VICUNA_SHUFFLE(ab, cd, VICUNA_PAIR_LOW);
  b = VICUNA_SHUFFLE(ab, cd, VICUNA_PAIR_HIGH);
  c = VICUNA_SHUFFLE(AB, CD, VICUNA_PAIR_LOW);
  d = VICUNA_SHUFFLE(AB, CD, VICUNA_PAIR_HIGH);
}

#if defined(__AVX2__)
template <int Rows>
VICUNA_INLINE __m256 loadTwoRows(const float* first, const float* second) {
  const __m256 row = _mm256_zextps128_ps256(_mm_loadu_ps(first));
  return Rows < 2 ? row : _mm256_insertf128_ps(row, _mm_loadu_ps(second), 1);
}
#endif

/// Four floats from each of the rows 0, 4, 8, ... below `from`, `Squares` of them; the lanes left over are 0.
template <int Squares>
VICUNA_INLINE Vec loadEveryFourthRow(const float* from, Index stride) {
  if (Squares == 0) return Vec{};
#if VICUNA_LANES == 16
  const __m256 low = loadTwoRows<Squares>(from, from + 4 * stride);
  if (Squares <= 2) return (Vec)_mm512_zextps256_ps512(low);
  const __m256 high = loadTwoRows<Squares - 2>(from + 8 * stride, from + 12 * stride);
  return (Vec)_mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1);
#elif VICUNA_LANES == 8
  return (Vec)loadTwoRows<Squares>(from, from + 4 * stride);
#else
  (void)stride;
  return load(from);
#endif
}

#if VICUNA_LANES == 16
#define VICUNA_FOLD(v, fold)                                                             \
  v = fold(v, VICUNA_SHUFFLE(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)); \
  v = fold(v, VICUNA_SHUFFLE(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)); \
  v = fold(v, VICUNA_SHUFFLE(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13)); \
  v = fold(v, VICUNA_SHUFFLE(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14))
#elif VICUNA_LANES == 8
#define VICUNA_FOLD(v, fold)                                     \
  v = fold(v, VICUNA_SHUFFLE(v, v, 4, 5, 6, 7, 0, 1, 2, 3)); \
  v = fold(v, VICUNA_SHUFFLE(v, v, 2, 3, 0, 1, 6, 7, 4, 5)); \
  v = fold(v, VICUNA_SHUFFLE(v, v, 1, 0, 3, 2, 5, 4, 7, 6))
#else
#define VICUNA_FOLD(v, fold)                         \
  v = fold(v, VICUNA_SHUFFLE(v, v, 2, 3, 0, 1)); \
  v = fold(v, VICUNA_SHUFFLE(v, v, 1, 0, 3, 2))
#endif

VICUNA_INLINE Vec add(Vec a, Vec b) { return a + b; }

VICUNA_INLINE float sumOfLanes(Vec v) {
  VICUNA_FOLD(v, add);
  return v[0];
}
VICUNA_INLINE float largestLane(Vec v) {
  VICUNA_FOLD(v, maximum);
  return v[0];
}

/// e^x to within 2 units in the last place; 0 below the smallest normal number, NaN for NaN. The polynomial is the
/// minimax one of Cephes' expf (Moshier 1992) on [-ln 2 / 2, ln 2 / 2].
VICUNA_INLINE Vec exponential(Vec x) {
  const Vec lowest = splat(-87.33654f), highest = splat(88.37626f);
  const IntVec vanishes = x < lowest;
  x = x > highest ? highest : x;
  // Adding 1.5 * 2^23 rounds to an integer, which is then found in the low bits.
  const Vec shift = splat(12582912.0f);
  const Vec rounded = x * 1.44269504088896341f + shift;
  const Vec n = rounded - shift;
  const Vec r = x - n * 0.693359375f + n * 2.12194440e-4f;
  Vec p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  const IntVec exponent = ((IntVec)rounded - (IntVec)shift + 127) << 23;
  return vanishes ? Vec{} : p * (Vec)exponent;
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
