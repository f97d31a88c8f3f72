#pragma once

#include "kernel_table.h"
#include "pack.h"
#include "simd.h"
#include "tile.h"

// Weights at rest: float32, bfloat16 (the upper half of a float32), or int8 with a float scale for every kScaleGroup
// columns of a row. They are widened to float32 on the way into the registers; sums are float32 always.

namespace vicuna {
namespace VICUNA_ISA {

/// Reads kLanes consecutive weights as floats, int8 ones not yet scaled. Compilers take a conversion over two sizes apart
/// lane by lane, so it is spelled out where there is an instruction for it.
VICUNA_INLINE Vec widen(const float* from) { return load(from); }
#if VICUNA_LANES == 16
/// A mask, because gcc 12 warns of its own header's unmasked conversions.
constexpr __mmask16 kAllLanes = 0xffff;
VICUNA_INLINE Vec widen(const std::uint16_t* from) {
  const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  return (Vec)((IntVec)_mm512_maskz_cvtepu16_epi32(kAllLanes, bits) << 16);
}
VICUNA_INLINE Vec widen(const std::int8_t* from) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  return __builtin_convertvector((IntVec)_mm512_maskz_cvtepi8_epi32(kAllLanes, bytes), Vec);
}
#elif VICUNA_LANES == 8
VICUNA_INLINE Vec widen(const std::uint16_t* from) {
  const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  return (Vec)((IntVec)_mm256_cvtepu16_epi32(bits) << 16);
}
VICUNA_INLINE Vec widen(const std::int8_t* from) {
  const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(from));
  return __builtin_convertvector((IntVec)_mm256_cvtepi8_epi32(bytes), Vec);
}
#else
VICUNA_INLINE Vec widen(const std::uint16_t* from) {
  typedef std::uint16_t HalfVec __attribute__((vector_size(VICUNA_LANES * 2)));
  HalfVec bits;
  std::memcpy(&bits, from, sizeof bits);
  return (Vec)(__builtin_convertvector(bits, IntVec) << 16);
}
VICUNA_INLINE Vec widen(const std::int8_t* from) {
  typedef std::int8_t ByteVec __attribute__((vector_size(VICUNA_LANES)));
  typedef std::int16_t ShortVec __attribute__((vector_size(VICUNA_LANES * 2)));
  ByteVec bytes;
  std::memcpy(&bytes, from, sizeof bytes);
  return __builtin_convertvector(__builtin_convertvector(__builtin_convertvector(bytes, ShortVec), IntVec), Vec);
}
#endif
VICUNA_INLINE float widenOne(float value) { return value; }
VICUNA_INLINE float widenOne(std::uint16_t value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}
VICUNA_INLINE float widenOne(std::int8_t value) { return value; }

template <class Stored>
void widenRow(const Stored* from, Index count, float* to) {
  Index j = 0;
  for (; j + kLanes <= count; j += kLanes) store(to + j, widen(from + j));
  for (; j < count; j++) to[j] = widenOne(from[j]);
}

/// Columns `first` to `first + count` of a row as floats.
VICUNA_INLINE void widenRowOf(const WeightMatrix& weights, Index stride, Index row, Index first, Index count, float* to) {
  if (weights.format == WeightFormat::float32) {
    std::memcpy(to, static_cast<const float*>(weights.values) + row * stride + first,
                static_cast<std::size_t>(count) * sizeof(float));
    return;
  }
  if (weights.format == WeightFormat::bfloat16) {
    widenRow(static_cast<const std::uint16_t*>(weights.values) + row * stride + first, count, to);
    return;
  }
  widenRow(static_cast<const std::int8_t*>(weights.values) + row * stride + first, count, to);
  const float* scale = weights.scales + row * scaleGroups(stride) + first / kScaleGroup;
  for (Index j = 0, end; j < count; j = end, scale++) {
    end = smaller(count, j + kScaleGroup - (first + j) % kScaleGroup);
    forEachVector(end - j, [&](Index i, auto access) { access.store(to + j + i, access.load(to + j + i) * *scale); });
  }
}

/// Packs `lanes` rows of weights, columns `p` to `p + depth`, as panels of the right matrix.
VICUNA_INLINE void packWeightRows(const WeightMatrix& weights, Index stride, Index row, Index lanes, Index p, Index depth,
                                  float* to) {
  if (weights.format == WeightFormat::float32) {
    packRows<kTileColumns>(static_cast<const float*>(weights.values) + row * stride + p, stride, lanes, depth, to);
    return;
  }
  constexpr Index piece = 256;
  float widened[kTileColumns * piece];
  for (Index lane = 0; lane < lanes; lane += kTileColumns, to += kTileColumns * depth) {
    const Index rows = smaller(kTileColumns, lanes - lane);
    for (Index from = 0; from < depth; from += piece) {
      const Index count = smaller(piece, depth - from);
      for (Index i = 0; i < rows; i++) widenRowOf(weights, stride, row + lane + i, p + from, count, widened + i * piece);
      packRows<kTileColumns>(widened, piece, rows, count, to + from * kTileColumns);
    }
  }
}

VICUNA_INLINE std::uint16_t roundToBfloat16(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  if (value != value) return static_cast<std::uint16_t>(bits >> 16 | 0x40);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

/// Rounds to the nearest of 255 levels that reach from minus to plus the largest magnitude of the group.
VICUNA_INLINE void roundGroup(const float* from, Index count, std::int8_t* to, float* scale) {
  float largest = 0;
  for (Index j = 0; j < count; j++) largest = __builtin_fabsf(from[j]) > largest ? __builtin_fabsf(from[j]) : largest;
  *scale = largest / 127;
  const float inverse = largest > 0 ? 127 / largest : 0;
  for (Index j = 0; j < count; j++) to[j] = static_cast<std::int8_t>(__builtin_rintf(from[j] * inverse));
}

void convertWeights(Workspace workspace, const float* from, Index rows, Index columns, WeightFormat format, void* to,
                    float* scales) {
  workspace.pool.runRanges(rows, 16, [&](Index begin, Index end, int) {
    for (Index row = begin; row < end; row++) {
      const float* const values = from + row * columns;
      if (format == WeightFormat::float32) {
        std::memcpy(static_cast<float*>(to) + row * columns, values, static_cast<std::size_t>(columns) * sizeof(float));
      } else if (format == WeightFormat::bfloat16) {
        std::uint16_t* const rounded = static_cast<std::uint16_t*>(to) + row * columns;
        for (Index j = 0; j < columns; j++) rounded[j] = roundToBfloat16(values[j]);
      } else {
        for (Index j = 0; j < columns; j += kScaleGroup)
          roundGroup(values + j, smaller(kScaleGroup, columns - j), static_cast<std::int8_t*>(to) + row * columns + j,
                     scales + row * scaleGroups(columns) + j / kScaleGroup);
      }
    }
  });
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
