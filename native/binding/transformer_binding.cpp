#include "../model/linear.h"
#include "parameters.h"

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
  const Arguments arguments(env, info, 4);
  return makeHandle(env, std::make_shared<Batch>(arguments.integers(0), arguments.integers(1), arguments.integers(2),
                                                 arguments.integers(3)));
}

/// @returns `[block, bytes]`
napi_value compress(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 4);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto parameters = arguments.handle<Memory>(1);
  const std::string kindName = arguments.string(2), formatName = arguments.string(3);
  const BlockKind kind = kindName == "embedding" ? BlockKind::embedding
                         : kindName == "head"    ? BlockKind::head
                                                 : BlockKind::layer;
  const WeightFormat format = formatName == "int8" ? WeightFormat::int8 : WeightFormat::bfloat16;
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    const auto block = std::make_shared<CompressedBlock>(context, transformer->model.shape, kind,
                                                         parameters->buffer.data(), format);
    return [block](napi_env done) {
      return makeArray(done, {makeHandle(done, block), makeNumber(done, static_cast<double>(block->bytes()))});
    };
  });
}

napi_value embeddingForward(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 3);
  const auto transformer = arguments.handle<Transformer>(0);
  const BlockParameters parameters(arguments, arguments[1]);
  const auto batch = arguments.handle<Batch>(2);
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    const ModelShape& shape = transformer->model.shape;
    FloatBuffer output(context.arena, batch->tokens() * shape.C);
    context.kernels.embeddingForward(context.workspace(),
                                     {batch->tokens(), shape.C, batch->ids.data(),
                                      parameters.weights(shape, BlockKind::embedding)[0], output.data()});
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

/// An adapter that calls of a layer may be given: its vectors, and the numbers that addon.ts lists.
struct GivenAdapter {
  std::shared_ptr<Memory> parameters, gradient;
  LoraForm form{};

  /// Its vector and its numbers are the arguments from `first` on.
  static GivenAdapter read(const Arguments& arguments, std::size_t first) {
    GivenAdapter given;
    given.parameters = arguments.optionalHandle<Memory>(first);
    if (given.parameters == nullptr) return given;
    const std::vector<double> numbers = arguments.doubles(first + 1);
    LoraForm& form = given.form;
    form.rank = static_cast<Index>(numbers[0]);
    form.scale = static_cast<float>(numbers[1]);
    form.dropout = numbers[2];
    form.seed = static_cast<std::uint32_t>(numbers[3]);
    for (std::size_t target = 0; target < kLoraTargets; target++) form.targets[target] = numbers[4 + target] != 0;
    return given;
  }

  LayerLora on(const Context& context, const ModelShape& shape, const Batch* batch) const {
    if (parameters == nullptr) return LayerLora(context);
    float* const sum = gradient == nullptr ? nullptr : gradient->buffer.data();
    return LayerLora(context, shape, form, parameters->buffer.data(), sum, batch);
  }
};

/// @returns `[output, activations or undefined]`
napi_value layerForward(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 7);
  const auto transformer = arguments.handle<Transformer>(0);
  const BlockParameters parameters(arguments, arguments[1]);
  const auto input = arguments.handle<Memory>(2);
  const auto batch = arguments.handle<Batch>(3);
  const bool keep = arguments.boolean(4);
  const GivenAdapter adapter = GivenAdapter::read(arguments, 5);
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    Model& model = transformer->model;
    auto activations = std::make_shared<LayerActivations>(
        keep ? LayerActivations::kept(context, model.shape, batch->tokens())
             : LayerActivations::passing(context, model.shape, batch->tokens()));
    FloatBuffer output(context.arena, batch->tokens() * model.shape.C);
    const LayerLora lora = adapter.on(context, model.shape, batch.get());
    const LayerWeights weights(parameters.weights(model.shape, BlockKind::layer));
    layerActivate(context, model, weights, lora, input->buffer.data(), *batch, *activations);
    layerOutput(context, model, weights, lora, batch->tokens(), *activations, output.data());
    if (!keep) activations = nullptr;
    return [output, activations](napi_env done) {
      return makeArray(done, {makeMemory(done, output), activations == nullptr ? makeUndefined(done) : makeHandle(done, activations)});
    };
  });
}

napi_value layerBackward(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 10);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto parameters = arguments.handle<Memory>(1), input = arguments.handle<Memory>(2);
  const auto known = arguments.optionalHandle<LayerActivations>(3);
  const auto batch = arguments.handle<Batch>(4);
  const auto outputGradient = arguments.handle<Memory>(5), gradient = arguments.optionalHandle<Memory>(6);
  GivenAdapter adapter = GivenAdapter::read(arguments, 7);
  adapter.gradient = arguments.optionalHandle<Memory>(9);
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    Model& model = transformer->model;
    const LayerLora lora = adapter.on(context, model.shape, batch.get());
    auto activations = known;
    if (activations == nullptr) {
      activations = std::make_shared<LayerActivations>(LayerActivations::passing(context, model.shape, batch->tokens()));
      const LayerWeights weights(weightsOf(model.shape, BlockKind::layer, parameters->buffer.data()));
      layerActivate(context, model, weights, lora, input->buffer.data(), *batch, *activations);
    }
    FloatBuffer inputGradient(context.arena, batch->tokens() * model.shape.C);
    layerBackward(context, model, parameters->buffer.data(), lora, input->buffer.data(), *batch, *activations,
                  outputGradient->buffer.data(), gradient == nullptr ? nullptr : gradient->buffer.data(),
                  inputGradient.data());
    return [inputGradient](napi_env done) { return makeMemory(done, inputGradient); };
  });
}

/// Adds an adapter's product to the matrices of its layer.
napi_value mergeAdapter(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 4);
  const auto transformer = arguments.handle<Transformer>(0);
  const auto parameters = arguments.handle<Memory>(1);
  const GivenAdapter adapter = GivenAdapter::read(arguments, 2);
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    const ModelShape& shape = transformer->model.shape;
    adapter.on(context, shape, nullptr).merge(shape, parameters->buffer.data());
    return makeUndefined;
  });
}

/// @returns `[lossSum, inputGradient or undefined]`
napi_value headLossOf(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 10);
  const auto transformer = arguments.handle<Transformer>(0);
  const HeadBlocks blocks(arguments, 1);
  const auto input = arguments.handle<Memory>(3);
  const auto batch = arguments.handle<Batch>(4);
  const float gradientScale = static_cast<float>(arguments.number(5));
  const auto headGradient = arguments.optionalHandle<Memory>(6), embeddingGradient = arguments.optionalHandle<Memory>(7);
  float* const tokenLosses = arguments.isMissing(8) ? nullptr : arguments.floats(8).data;
  const bool wantsInputGradient = arguments.boolean(9);
  return transformer->engine->run(
      env,
      [=](const Context& context) -> Engine::Finish {
        const ModelShape& shape = transformer->model.shape;
        const HeadParameters parameters = blocks.parameters(shape);
        if (!wantsInputGradient) {
          const double loss =
              headLoss(context, shape, parameters, input->buffer.data(), *batch, gradientScale, nullptr, tokenLosses);
          return [loss](napi_env done) { return makeArray(done, {makeNumber(done, loss), makeUndefined(done)}); };
        }
        FloatBuffer inputGradient(context.arena, batch->tokens() * shape.C);
        HeadGradients gradients{nullptr, nullptr, inputGradient.data()};
        if (headGradient != nullptr) {
          gradients.norm = headGradient->buffer.data();
          gradients.lmHead = shape.tied ? embeddingGradient->buffer.data() : gradients.norm + shape.C;
        }
        const double loss =
            headLoss(context, shape, parameters, input->buffer.data(), *batch, gradientScale, &gradients, tokenLosses);
        return [loss, inputGradient](napi_env done) {
          return makeArray(done, {makeNumber(done, loss), makeMemory(done, inputGradient)});
        };
      },
      arguments.isMissing(8) ? std::vector<napi_value>{} : std::vector<napi_value>{arguments[8]});
}

napi_value finalNorm(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 4);
  const auto transformer = arguments.handle<Transformer>(0);
  const HeadBlocks blocks(arguments, 1);
  const auto input = arguments.handle<Memory>(3);
  return transformer->engine->run(env, [=](const Context& context) -> Engine::Finish {
    const ModelShape& shape = transformer->model.shape;
    FloatBuffer output(context.arena, input->buffer.length());
    context.kernels.rmsNormForward(context.workspace(), {input->buffer.length() / shape.C, shape.C, shape.epsilon,
                                                         input->buffer.data(), blocks.parameters(shape).norm, output.data(),
                                                         nullptr});
    return [output](napi_env done) { return makeMemory(done, output); };
  });
}

napi_value headLogitsOf(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 6);
  const auto transformer = arguments.handle<Transformer>(0);
  const HeadBlocks blocks(arguments, 1);
  const auto input = arguments.handle<Memory>(3);
  const std::vector<std::int32_t> rows = arguments.integers(4);
  float* const logits = arguments.floats(5).data;
  return transformer->engine->run(
      env,
      [=](const Context& context) -> Engine::Finish {
        const ModelShape& shape = transformer->model.shape;
        headLogits(context, shape, blocks.parameters(shape), input->buffer.data(), rows.data(),
                   static_cast<Index>(rows.size()), logits);
        return makeUndefined;
      },
      {arguments[5]});
}

}  // namespace

void defineTransformer(napi_env env, napi_value exports) {
  define<createTransformer>(env, exports, "createTransformer");
  define<createBatch>(env, exports, "createBatch");
  define<compress>(env, exports, "compress");
  define<embeddingForward>(env, exports, "embeddingForward");
  define<embeddingBackward>(env, exports, "embeddingBackward");
  define<layerForward>(env, exports, "layerForward");
  define<layerBackward>(env, exports, "layerBackward");
  define<mergeAdapter>(env, exports, "mergeAdapter");
  define<headLossOf>(env, exports, "headLoss");
  define<finalNorm>(env, exports, "finalNorm");
  define<headLogitsOf>(env, exports, "headLogits");
}

}  // namespace vicuna::binding
