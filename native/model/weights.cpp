#include "weights.h"

namespace vicuna {
namespace {

struct Part {
  Index rows, columns;
  bool isNorm;
};

std::vector<Part> partsOf(const ModelShape& s, BlockKind kind) {
  const Part norm{1, s.C, true}, table{s.V, s.C, false};
  if (kind == BlockKind::embedding) return {table};
  if (kind == BlockKind::head) return s.tied ? std::vector<Part>{norm} : std::vector<Part>{norm, table};
  return {norm, {s.qkvSize(), s.C, false}, {s.C, s.H * s.D, false}, norm, {2 * s.F, s.C, false}, {s.C, s.F, false}};
}

/// Each part begins on a cache line, so that no row of vectors straddles two.
constexpr Index kAlignment = 64 / sizeof(float);

Index floatsFor(Index bytes) { return (bytes + 63) / 64 * kAlignment; }

Index valueBytes(const Part& part, WeightFormat format) {
  const Index size = format == WeightFormat::float32 ? 4 : format == WeightFormat::bfloat16 ? 2 : 1;
  return part.rows * part.columns * size;
}

Index scaleBytes(const Part& part, WeightFormat format) {
  if (format != WeightFormat::int8) return 0;
  return part.rows * scaleGroups(part.columns) * static_cast<Index>(sizeof(float));
}

}  // namespace

BlockWeights weightsOf(const ModelShape& shape, BlockKind kind, const float* vector) {
  BlockWeights weights;
  for (const Part& part : partsOf(shape, kind)) {
    weights.push_back({WeightFormat::float32, vector, nullptr});
    vector += part.rows * part.columns;
  }
  return weights;
}

CompressedBlock::CompressedBlock(const Context& context, const ModelShape& shape, BlockKind kind, const float* vector,
                                 WeightFormat format) {
  const std::vector<Part> parts = partsOf(shape, kind);
  const auto formatOf = [&](const Part& part) { return part.isNorm ? WeightFormat::float32 : format; };
  Index length = 0;
  for (const Part& part : parts)
    length += floatsFor(valueBytes(part, formatOf(part))) + floatsFor(scaleBytes(part, formatOf(part)));
  memory_ = FloatBuffer(context.arena, length);
  float* next = memory_.data();
  for (const Part& part : parts) {
    const WeightFormat stored = formatOf(part);
    float* const values = next;
    float* const scales = values + floatsFor(valueBytes(part, stored));
    next = scales + floatsFor(scaleBytes(part, stored));
    context.kernels.convertWeights(context.workspace(), vector, part.rows, part.columns, stored, values, scales);
    weights_.push_back({stored, values, stored == WeightFormat::int8 ? scales : nullptr});
    vector += part.rows * part.columns;
  }
}

}  // namespace vicuna
