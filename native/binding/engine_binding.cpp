#include "objects.h"

// Engines and vectors.

namespace vicuna::binding {
namespace {

napi_value instructionSets(napi_env env, napi_callback_info) {
  std::vector<napi_value> names;
  for (const char* const name : {"avx512", "avx2", "neon", "portable"}) {
    if (kernelsFor(name) == nullptr) continue;
    names.push_back(makeString(env, name));
  }
  return makeArray(env, names);
}

napi_value createEngine(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 2);
  const KernelTable* const kernels = kernelsFor(arguments.string(1).c_str());
  if (kernels == nullptr) broken("this processor does not have the instruction set");
  return makeHandle(env, std::make_shared<Engine>(env, *kernels, static_cast<int>(arguments.number(0))));
}

napi_value zeros(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 3);
  const Index length = static_cast<Index>(arguments.number(1));
  if (arguments.boolean(2)) {
    const FloatBuffer buffer = FloatBuffer::sparse(length);
    return arguments.handle<Engine>(0)->run(env, [buffer](const Context&) -> Engine::Finish {
      return [buffer](napi_env done) { return makeMemory(done, buffer); };
    });
  }
  return arguments.handle<Engine>(0)->run(env, [length](const Context& context) -> Engine::Finish {
    FloatBuffer buffer(context.arena, length);
    context.kernels.fillZero(context.workspace(), buffer.data(), length);
    return [buffer](napi_env done) { return makeMemory(done, buffer); };
  });
}

napi_value upload(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 2);
  const FloatSpan values = arguments.floats(1);
  return arguments.handle<Engine>(0)->run(
      env,
      [values](const Context& context) -> Engine::Finish {
        const Index length = static_cast<Index>(values.length);
        FloatBuffer buffer(context.arena, length);
        context.kernels.copy(context.workspace(), values.data, buffer.data(), length);
        return [buffer](napi_env done) { return makeMemory(done, buffer); };
      },
      {arguments[1]});
}

/// The typed array's own memory; the caller keeps the array alive.
napi_value view(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 2);
  const FloatSpan values = arguments.floats(1);
  return makeMemory(env, FloatBuffer::over(values.data, static_cast<Index>(values.length)));
}

napi_value write(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 3);
  const auto memory = arguments.handle<Memory>(1);
  const float* const values = arguments.floats(2).data;
  return arguments.handle<Engine>(0)->run(
      env,
      [memory, values](const Context& context) -> Engine::Finish {
        context.kernels.copy(context.workspace(), values, memory->buffer.data(), memory->buffer.length());
        return makeUndefined;
      },
      {arguments[2]});
}

napi_value read(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 3);
  const auto memory = arguments.handle<Memory>(1);
  float* const into = arguments.floats(2).data;
  return arguments.handle<Engine>(0)->run(
      env,
      [memory, into](const Context& context) -> Engine::Finish {
        context.kernels.copy(context.workspace(), memory->buffer.data(), into, memory->buffer.length());
        return makeUndefined;
      },
      {arguments[2]});
}

napi_value sumOfSquares(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 2);
  const auto memory = arguments.handle<Memory>(1);
  return arguments.handle<Engine>(0)->run(env, [memory](const Context& context) -> Engine::Finish {
    const double sum = context.kernels.sumOfSquares(context.workspace(), memory->buffer.data(), memory->buffer.length());
    return [sum](napi_env done) { return makeNumber(done, sum); };
  });
}

napi_value adamw(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 7);
  const auto parameters = arguments.handle<Memory>(1), gradient = arguments.handle<Memory>(2);
  const auto first = arguments.handle<Memory>(3), second = arguments.handle<Memory>(4);
  const std::vector<double> numbers = arguments.doubles(5), ranges = arguments.doubles(6);
  return arguments.handle<Engine>(0)->run(env, [=](const Context& context) -> Engine::Finish {
    AdamW update{};
    update.parameters = parameters->buffer.data();
    update.gradient = gradient->buffer.data();
    update.firstMoment = first->buffer.data();
    update.secondMoment = second->buffer.data();
    float* const fields[] = {&update.gradientScale, &update.beta1,    &update.newShare1, &update.beta2, &update.newShare2,
                             &update.stepSize,      &update.rootScale, &update.epsilon};
    for (std::size_t i = 0; i < 8; i++) *fields[i] = static_cast<float>(numbers[i]);
    const auto updateRange = [&](double begin, double end, double decay) {
      update.begin = static_cast<Index>(begin);
      update.end = static_cast<Index>(end);
      update.decay = static_cast<float>(decay);
      if (end > begin) context.kernels.adamw(context.workspace(), update);
    };
    double reached = 0;
    for (std::size_t range = 0; range + 1 < ranges.size(); range += 2) {
      updateRange(reached, ranges[range], 0);
      updateRange(ranges[range], ranges[range + 1], numbers[8]);
      reached = ranges[range + 1];
    }
    updateRange(reached, static_cast<double>(parameters->buffer.length()), 0);
    return makeUndefined;
  });
}

/// Multiply-adds alone. @returns how many operations all threads did together.
napi_value peak(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 2);
  const Index iterations = static_cast<Index>(arguments.number(1));
  return arguments.handle<Engine>(0)->run(env, [iterations](const Context& context) -> Engine::Finish {
    const double operations = context.kernels.peak(context.workspace(), iterations);
    return [operations](napi_env done) { return makeNumber(done, operations); };
  });
}

/// @returns for each kernel that was called while profiling was on, `[name, calls, seconds]`
napi_value profile(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 2);
  const bool enabled = arguments.boolean(1);
  return arguments.handle<Engine>(0)->run(env, [enabled](const Context& context) -> Engine::Finish {
    context.profile.enable(enabled);
    return [times = context.profile.take()](napi_env done) {
      std::vector<napi_value> entries;
      for (const KernelTime& time : times)
        entries.push_back(makeArray(done, {makeString(done, time.kernel), makeNumber(done, static_cast<double>(time.calls)),
                                           makeNumber(done, time.seconds)}));
      return makeArray(done, entries);
    };
  });
}

/// Lets go of what a handle refers to, at once or when the jobs that use it are done.
napi_value release(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 1);
  void* external;
  check(napi_get_value_external(env, arguments[0], &external), "a handle was expected");
  static_cast<Handle*>(external)->object.reset();
  return makeUndefined(env);
}

}  // namespace

napi_value makeMemory(napi_env env, FloatBuffer buffer) {
  return makeHandle(env, std::make_shared<Memory>(Memory{std::move(buffer)}));
}

void defineEngine(napi_env env, napi_value exports) {
  define<instructionSets>(env, exports, "instructionSets");
  define<createEngine>(env, exports, "createEngine");
  define<zeros>(env, exports, "zeros");
  define<upload>(env, exports, "upload");
  define<view>(env, exports, "view");
  define<write>(env, exports, "write");
  define<read>(env, exports, "read");
  define<sumOfSquares>(env, exports, "sumOfSquares");
  define<adamw>(env, exports, "adamw");
  define<peak>(env, exports, "peak");
  define<profile>(env, exports, "profile");
  define<release>(env, exports, "release");
}

}  // namespace vicuna::binding
