#include "../model/linear.h"
#include "objects.h"

// A model's blocks. Every function takes the transformer's handle first.

namespace vicuna::binding {
namespace {

/// Sizes in the order of TransformerSizes.
napi_value createTransformer(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 3);
  const std::vector<double> sizes = arguments.doubles(1);
  ModelShape shape{};
  Index* const fields[] = {&shape.V, &shape.C, &shape.L, &shape.H, &shape.K, &shape.D, &shape.F};
  for (std::size_t i = 0; i < 7; i++) *fields[i] = static_cast<Index>(sizes[i]);
  shape.epsilon = static_cast<float>(sizes[7]);
  shape.tied = sizes[8] != 0;
  shape.frequencies = arguments.floatVector(2);
  return makeHandle(env, std::make_shared<Transformer>(Transformer{arguments.handle<Engine>(0), Model(std::move(shape))}));
}

napi_value createBatch(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 3);
  return makeHandle(env, std::make_shared<Batch>(arguments.integers(0), arguments.integers(1), arguments.integers(2)));
}

napi_value embeddingForward(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 3);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto parameters = arguments.handle<Memory>(1);
  const auto batch = arguments.handle<Batch>(2);
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    const Index C = transformer->model.shape.C;
    FloatBuffer output(context.arena, batch->tokens() * C);
    context.kernels.embeddingForward(context.workspace(),
                                     {batch->tokens(), C, batch->ids.data(),
                                      {WeightFormat::float32, parameters->buffer.data(), nullptr}, output.data()});
    return [output](napi_env done) { return makeMemory(done, output); };
  });
}

napi_value embeddingBackward(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 4);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto batch = arguments.handle<Batch>(1);
  const auto outputGradient = arguments.handle<Memory>(2), gradient = arguments.handle<Memory>(3);
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    context.kernels.embeddingBackward(context.workspace(),
                                      {batch->tokens(), transformer->model.shape.C, batch->ids.data(),
                                       outputGradient->buffer.data(), gradient->buffer.data()});
    return makeUndefined;
  });
}

/// @returns `[output, activations or undefined]`
napi_value layerForward(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 5);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto parameters = arguments.handle<Memory>(1), input = arguments.handle<Memory>(2);
  const auto batch = arguments.handle<Batch>(3);
  const bool keep = arguments.boolean(4);
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    Model& model = transformer->model;
    auto activations = std::make_shared<LayerActivations>(context, model.shape, batch->tokens());
    FloatBuffer output(context.arena, batch->tokens() * model.shape.C);
    layerActivate(context, model, parameters->buffer.data(), input->buffer.data(), *batch, *activations);
    layerOutput(context, model, parameters->buffer.data(), batch->tokens(), *activations, output.data());
    if (!keep) activations = nullptr;
    return [output, activations](napi_env done) {
      return makeArray(done, {makeMemory(done, output), activations == nullptr ? makeUndefined(done) : makeHandle(done, activations)});
    };
  });
}

napi_value layerBackward(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 7);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto parameters = arguments.handle<Memory>(1), input = arguments.handle<Memory>(2);
  const auto known = arguments.optionalHandle<LayerActivations>(3);
  const auto batch = arguments.handle<Batch>(4);
  const auto outputGradient = arguments.handle<Memory>(5), gradient = arguments.handle<Memory>(6);
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    Model& model = transformer->model;
    auto activations = known;
    if (activations == nullptr) {
      activations = std::make_shared<LayerActivations>(context, model.shape, batch->tokens());
      layerActivate(context, model, parameters->buffer.data(), input->buffer.data(), *batch, *activations);
    }
    FloatBuffer inputGradient(context.arena, batch->tokens() * model.shape.C);
    layerBackward(context, model, parameters->buffer.data(), input->buffer.data(), *batch, *activations,
                  outputGradient->buffer.data(), gradient->buffer.data(), inputGradient.data());
    return [inputGradient](napi_env done) { return makeMemory(done, inputGradient); };
  });
}

HeadParameters headParameters(const ModelShape& shape, const Memory& head, const Memory* embedding) {
  const float* const matrix = shape.tied ? embedding->buffer.data() : head.buffer.data() + shape.C;
  return {head.buffer.data(), {WeightFormat::float32, matrix, nullptr}};
}

/// @returns `[lossSum, inputGradient or undefined]`
napi_value headLossOf(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 9);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto head = arguments.handle<Memory>(1), embedding = arguments.optionalHandle<Memory>(2);
  const auto input = arguments.handle<Memory>(3);
  const auto batch = arguments.handle<Batch>(4);
  const float gradientScale = static_cast<float>(arguments.number(5));
  const auto headGradient = arguments.optionalHandle<Memory>(6), embeddingGradient = arguments.optionalHandle<Memory>(7);
  float* const tokenLosses = arguments.isMissing(8) ? nullptr : arguments.floats(8).data;
  return transformer->engine->run(
      env,
      [=](const Context& context) -> Engine::Finish {
        const ModelShape& shape = transformer->model.shape;
        const HeadParameters parameters = headParameters(shape, *head, embedding.get());
        if (headGradient == nullptr) {
          const double loss =
              headLoss(context, shape, parameters, input->buffer.data(), *batch, gradientScale, nullptr, tokenLosses);
          return [loss](napi_env done) { return makeArray(done, {makeNumber(done, loss), makeUndefined(done)}); };
        }
        FloatBuffer inputGradient(context.arena, batch->tokens() * shape.C);
        float* const norm = headGradient->buffer.data();
        const HeadGradients gradients{norm, shape.tied ? embeddingGradient->buffer.data() : norm + shape.C,
                                      inputGradient.data()};
        const double loss =
            headLoss(context, shape, parameters, input->buffer.data(), *batch, gradientScale, &gradients, tokenLosses);
        return [loss, inputGradient](napi_env done) {
          return makeArray(done, {makeNumber(done, loss), makeMemory(done, inputGradient)});
        };
      },
      arguments.isMissing(8) ? std::vector<napi_value>{} : std::vector<napi_value>{arguments[8]});
}

napi_value headLogitsOf(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 6);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto head = arguments.handle<Memory>(1), embedding = arguments.optionalHandle<Memory>(2);
  const auto input = arguments.handle<Memory>(3);
  const std::vector<std::int32_t> rows = arguments.integers(4);
  float* const logits = arguments.floats(5).data;
  return transformer->engine->run(
      env,
      [=](const Context& context) -> Engine::Finish {
        const ModelShape& shape = transformer->model.shape;
        headLogits(context, shape, headParameters(shape, *head, embedding.get()), input->buffer.data(), rows.data(),
                   static_cast<Index>(rows.size()), logits);
        return makeUndefined;
      },
      {arguments[5]});
}

napi_value createCache(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 2);
  const auto transformer = arguments.handle<Transformer>(0);
  const Index capacity = static_cast<Index>(arguments.number(1));
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    const auto cache = std::make_shared<SequenceCache>(context, transformer->model.shape, capacity);
    return [cache](napi_env done) { return makeHandle(done, cache); };
  });
}

DecoderWeights decoderWeights(const ModelShape& shape, const std::vector<std::shared_ptr<Memory>>& blocks) {
  const auto matrix = [](const float* values) { return WeightMatrix{WeightFormat::float32, values, nullptr}; };
  DecoderWeights weights{matrix(blocks.front()->buffer.data()), {},
                         headParameters(shape, *blocks.back(), blocks.front().get())};
  for (std::size_t layer = 1; layer + 1 < blocks.size(); layer++) {
    const LayerVector<const float> w(shape, blocks[layer]->buffer.data());
    weights.layers.push_back({w.attentionNorm, w.feedForwardNorm, matrix(w.qkv), matrix(w.output), matrix(w.gateUp),
                              matrix(w.down)});
  }
  return weights;
}

napi_value decodeStep(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 7);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto blocks = arguments.handles<Memory>(1);
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

void defineTransformer(napi_env env, napi_value exports) {
  define<createTransformer>(env, exports, "createTransformer");
  define<createBatch>(env, exports, "createBatch");
  define<embeddingForward>(env, exports, "embeddingForward");
  define<embeddingBackward>(env, exports, "embeddingBackward");
  define<layerForward>(env, exports, "layerForward");
  define<layerBackward>(env, exports, "layerBackward");
  define<headLossOf>(env, exports, "headLoss");
  define<headLogitsOf>(env, exports, "headLogits");
  define<createCache>(env, exports, "createCache");
  define<decodeStep>(env, exports, "decode");
}

}  // namespace vicuna::binding
