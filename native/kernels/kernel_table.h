#pragma once

#include <cstdint>

#include "../core/workspace.h"

// Shapes: T tokens, C hidden size, H query heads, K key-value heads, D head size, F feed-forward size, V vocabulary.
// Matrices are row-major; a stride is the distance of two rows in elements.

namespace vicuna {

enum class WeightFormat { float32, bfloat16, int8 };

/// Columns of an int8 row that share a scale.
constexpr Index kScaleGroup = 32;

/// Scales of an int8 row.
constexpr Index scaleGroups(Index columns) { return (columns + kScaleGroup - 1) / kScaleGroup; }

/// A weight matrix as stored. Row `r` of int8 weights has its scales at `scales + r * scaleGroups(columns)`.
struct WeightMatrix {
  WeightFormat format = WeightFormat::float32;
  const void* values = nullptr;
  const float* scales = nullptr;
};

/// result[M, N] = initial[M, N] + op(left)[M, K] op(right)[K, N]
struct MatrixMultiply {
  Index M, N, K;
  /// `[M, K]`, or `[K, M]` when `leftTransposed`.
  const float* left;
  Index leftStride;
  bool leftTransposed;
  /// `[K, N]`, or `[N, K]` when `rightTransposed`. Formats other than float32 must be transposed.
  WeightMatrix right;
  Index rightStride;
  bool rightTransposed;
  float* result;
  Index resultStride;
  /// Nothing, the result itself (accumulate), or another matrix (a residual).
  const float* initial;
  Index initialStride;
};

struct RmsNormForward {
  Index rows, C;
  float epsilon;
  const float *input, *weight;
  float* output;
  /// Optional `[rows]`: where in `input` each row is. Output rows are dense.
  const std::int32_t* rowOf;
};

struct RmsNormBackward {
  Index rows, C;
  float epsilon;
  const float *input, *weight;
  /// Dense `[rows, C]`.
  const float* outputGradient;
  /// Added to, at the same rows as `input`.
  float* inputGradient;
  /// Added to; null where the weight is frozen.
  float* weightGradient;
  const std::int32_t* rowOf;
};

/// Rotates queries and keys in place. `direction` -1 undoes it, which is also its gradient.
struct Rope {
  Index tokens, heads, D;
  float* vectors;
  Index stride;
  /// `[positions, D]`: D/2 cosines, then D/2 sines.
  const float* table;
  /// `[tokens]`
  const std::int32_t* positions;
  float direction;
};

struct SwigluForward {
  Index tokens, F;
  /// `[T, 2F]`: gate, then up.
  const float* gateUp;
  float* output;
};

struct SwigluBackward {
  Index tokens, F;
  const float* gateUp;
  const float* outputGradient;
  /// `[T, 2F]`
  float* gateUpGradient;
};

/// Inverted dropout: some elements become 0, the others are multiplied by `scale`.
struct Dropout {
  Index rows, columns;
  const float* input;
  /// `[rows]`: number of each row's sequence, and its place there.
  const std::int32_t *sequenceIds, *positions;
  std::uint32_t seed;
  /// Which of the inputs that one seed is for.
  std::uint32_t stream;
  /// Of 2^24 elements so many are dropped.
  std::uint32_t threshold;
  float scale;
  /// Add to the output instead of overwriting it.
  bool accumulate;
  float* output;
};

struct HeadShape {
  Index H, K, D;
  Index rowSize() const { return (H + 2 * K) * D; }
};

/// Query rows that are attended with as one task.
constexpr Index kAttentionRows = 96;

/// Up to kAttentionRows query rows of one sequence.
struct AttentionTile {
  std::int32_t sequence, firstRow;
};

/// Sequences laid end to end, and in which order their attention is best computed: the most work first.
struct SequenceList {
  Index count;
  /// `[count + 1]`
  const std::int32_t* starts;
  /// `[count]`, a permutation.
  const std::int32_t* order;
  Index tileCount;
  const AttentionTile* tiles;

  Index tokens() const { return starts[count]; }
  Index length(Index sequence) const { return starts[sequence + 1] - starts[sequence]; }
};

/// Causal attention inside each of several sequences.
struct AttentionForward {
  HeadShape heads;
  SequenceList sequences;
  /// `[T, (H + 2K) D]`: queries, keys, values, already rotated.
  const float* qkv;
  /// `[T, H D]`
  float* output;
  /// `[H, T]`: log of the softmax's denominator.
  float* logSumExp;
};

struct AttentionBackward {
  HeadShape heads;
  SequenceList sequences;
  const float *qkv, *output, *logSumExp, *outputGradient;
  /// `[T, (H + 2K) D]`, overwritten.
  float* qkvGradient;
  /// Work memory where several heads share keys: `[T, H, 2, D]`, key and value gradients of every one of them.
  float* ofEveryHead;
};

/// One layer's keys and values of a sequence's first tokens, to be copied.
struct CacheCopy {
  HeadShape heads;
  Index tokens;
  const float* from;
  Index fromCapacity;
  float* to;
  Index toCapacity;
};

/// New tokens of one sequence, and its cache of one layer's keys and values.
struct CachedAttention {
  HeadShape heads;
  Index tokens;
  /// Tokens in the cache before these.
  Index past;
  Index capacity;
  /// `[tokens, (H + 2K) D]`, already rotated.
  const float* qkv;
  /// `cacheSize` floats.
  float* cache;
  /// `[tokens, H D]`
  float* output;
};

/// Turns logits into losses and, in place, into gradients.
struct CrossEntropy {
  Index rows, V;
  float* logits;
  /// `[rows]`, all valid.
  const std::int32_t* targets;
  float* losses;
  bool gradient;
  float gradientScale;
};

struct EmbeddingForward {
  Index tokens, C;
  const std::int32_t* ids;
  WeightMatrix table;
  float* output;
};

struct EmbeddingBackward {
  Index tokens, C;
  const std::int32_t* ids;
  const float* outputGradient;
  /// Added to.
  float* tableGradient;
};

/// One AdamW update. Factors are formed in double precision by the caller: 1 - 0.999 in float32 is off by 5e-5.
struct AdamW {
  float *parameters, *firstMoment, *secondMoment;
  const float* gradient;
  Index begin, end;
  float gradientScale;
  float beta1, newShare1;  // newShare = 1 - beta
  float beta2, newShare2;
  /// Learning rate / (1 - beta1^step), and 1 / sqrt(1 - beta2^step).
  float stepSize, rootScale;
  float epsilon;
  /// Learning rate * weight decay.
  float decay;
};

/// result[M, N] = initial + input[M, K] weights[N, K]^T. The bits of a row depend on that row and the weights alone, not on
/// M: skinnyMultiply is for a handful of rows, and wideMultiply gives the same for many.
struct SkinnyMultiply {
  Index M, N, K;
  const float* input;
  WeightMatrix weights;
  float* result;
  const float* initial;
};

/// The kernels of one instruction set.
struct KernelTable {
  const char* name;
  /// Rows up to which skinnyMultiply is faster than multiply or wideMultiply.
  Index skinnyRows;
  void (*multiply)(Workspace, const MatrixMultiply&);
  void (*skinnyMultiply)(Workspace, const SkinnyMultiply&);
  void (*wideMultiply)(Workspace, const SkinnyMultiply&);
  void (*rmsNormForward)(Workspace, const RmsNormForward&);
  void (*rmsNormBackward)(Workspace, const RmsNormBackward&);
  void (*rope)(Workspace, const Rope&);
  void (*swigluForward)(Workspace, const SwigluForward&);
  void (*swigluBackward)(Workspace, const SwigluBackward&);
  void (*dropout)(Workspace, const Dropout&);
  void (*attentionForward)(Workspace, const AttentionForward&);
  void (*attentionBackward)(Workspace, const AttentionBackward&);
  /// Appends the new tokens to several sequences' caches and attends to all of each.
  void (*cachedAttention)(Workspace, const CachedAttention* sequences, Index count);
  /// Copies the first `tokens` tokens of one layer's cache into another.
  void (*copyCache)(Workspace, const CacheCopy&);
  /// Floats of one layer's cache.
  Index (*cacheSize)(const HeadShape&, Index capacity);
  void (*crossEntropy)(Workspace, const CrossEntropy&);
  void (*embeddingForward)(Workspace, const EmbeddingForward&);
  void (*embeddingBackward)(Workspace, const EmbeddingBackward&);
  void (*adamw)(Workspace, const AdamW&);
  double (*sumOfSquares)(Workspace, const float* values, Index length);
  void (*copy)(Workspace, const float* from, float* to, Index length);
  void (*fillZero)(Workspace, float* values, Index length);
  /// Rounds a row-major matrix to a format; `scales` only for int8.
  void (*convertWeights)(Workspace, const float* from, Index rows, Index columns, WeightFormat, void* to, float* scales);
  /// Bare multiply-adds on every thread, for benches. Returns how many operations that were.
  double (*peak)(Workspace, Index iterations);
};

/// Kernels by name (`avx512`, `avx2`, `neon`, `portable`), or the best this processor runs when `name` is null.
/// @returns null when the processor, or this build, does not have them.
const KernelTable* kernelsFor(const char* name);

}  // namespace vicuna
