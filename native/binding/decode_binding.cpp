#include "parameters.h"

// Generation: caches, and steps over several sequences at once. Every function takes the transformer's handle first.

namespace vicuna::binding {
namespace {

napi_value createCache(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 2);
  const auto transformer = arguments.handle<Transformer>(0);
  const Index capacity = static_cast<Index>(arguments.number(1));
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    const auto cache = std::make_shared<SequenceCache>(context, transformer->model.shape, capacity);
    return [cache](napi_env done) { return makeHandle(done, cache); };
  });
}

/// A cache that begins as another does.
napi_value copyCache(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 4);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto from = arguments.handle<SequenceCache>(1);
  const Index length = static_cast<Index>(arguments.number(2)), capacity = static_cast<Index>(arguments.number(3));
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    const auto cache = std::make_shared<SequenceCache>(context, transformer->model.shape, *from, length, capacity);
    return [cache](napi_env done) { return makeHandle(done, cache); };
  });
}

DecoderWeights decoderWeights(const ModelShape& shape, const std::vector<BlockParameters>& blocks) {
  const BlockWeights embedding = blocks.front().weights(shape, BlockKind::embedding);
  DecoderWeights weights{embedding[0], {}, {blocks.back().weights(shape, BlockKind::head), embedding}};
  for (std::size_t block = 1; block + 1 < blocks.size(); block++)
    weights.layers.emplace_back(blocks[block].weights(shape, BlockKind::layer));
  return weights;
}

napi_value decodeStep(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 7);
  const auto transformer = arguments.handle<Transformer>(0);
  std::vector<BlockParameters> blocks;
  for (const napi_value block : arguments.array(1)) blocks.emplace_back(arguments, block);
  const auto caches = arguments.handles<SequenceCache>(2);
  const std::vector<std::int32_t> tokens = arguments.integers(3), pasts = arguments.integers(4);
  const std::vector<std::int32_t> counts = arguments.integers(5);
  float* const logits = arguments.floats(6).data;
  return transformer->engine->run(
      env,
      [=](const Context& context) -> Engine::Finish {
        std::vector<DecodeInput> inputs;
        const std::int32_t* next = tokens.data();
        for (std::size_t i = 0; i < caches.size(); i++) {
          inputs.push_back({caches[i].get(), pasts[i], next, counts[i]});
          next += counts[i];
        }
        decode(context, transformer->model, decoderWeights(transformer->model.shape, blocks), inputs, logits);
        return makeUndefined;
      },
      {arguments[6]});
}

}  // namespace

void defineDecoding(napi_env env, napi_value exports) {
  define<createCache>(env, exports, "createCache");
  define<copyCache>(env, exports, "copyCache");
  define<decodeStep>(env, exports, "decode");
}

}  // namespace vicuna::binding
