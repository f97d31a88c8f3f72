#pragma once

#include <memory>
#include <optional>

#include "objects.h"

namespace vicuna::binding {

/// A block's parameters as JavaScript holds them. Looked into by the job that reads them: a write replaces a vector's memory.
struct BlockParameters {
  std::shared_ptr<Memory> vector;
  std::shared_ptr<CompressedBlock> compressed;

  BlockParameters(const Arguments& arguments, napi_value handle) {
    if (arguments.isHandleOf<CompressedBlock>(handle)) {
      compressed = arguments.handleIn<CompressedBlock>(handle);
    } else {
      vector = arguments.handleIn<Memory>(handle);
    }
  }

  BlockWeights weights(const ModelShape& shape, BlockKind kind) const {
    return compressed == nullptr ? weightsOf(shape, kind, vector->buffer.data()) : compressed->weights();
  }
};

/// Those of a head, and the embedding's where it shares them.
struct HeadBlocks {
  BlockParameters head;
  std::optional<BlockParameters> embedding;

  HeadBlocks(const Arguments& arguments, std::size_t index) : head(arguments, arguments[index]) {
    if (!arguments.isMissing(index + 1)) embedding.emplace(arguments, arguments[index + 1]);
  }

  HeadParameters parameters(const ModelShape& shape) const {
    return {head.weights(shape, BlockKind::head),
            shape.tied ? embedding->weights(shape, BlockKind::embedding) : BlockWeights{}};
  }
};

}  // namespace vicuna::binding
