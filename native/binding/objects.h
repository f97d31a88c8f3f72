#pragma once

#include <memory>
#include <vector>

#include "../model/decoder.h"
#include "engine.h"

// What handles refer to, besides Engine. Names are those of ../../src/engine/native/addon.ts.

namespace vicuna::binding {

struct Memory {
  FloatBuffer buffer;
};

struct Transformer {
  std::shared_ptr<Engine> engine;
  Model model;
};

napi_value makeMemory(napi_env env, FloatBuffer buffer);
void defineEngine(napi_env env, napi_value exports);
void defineTransformer(napi_env env, napi_value exports);
void defineDecoding(napi_env env, napi_value exports);

/// Exports a function, and keeps C++ exceptions on this side of it.
template <napi_callback Function>
void define(napi_env env, napi_value exports, const char* name) {
  const napi_callback guarded = [](napi_env callEnv, napi_callback_info info) -> napi_value {
    try {
      return Function(callEnv, info);
    } catch (const JavaScriptEnding&) {
      return nullptr;
    } catch (const std::bad_alloc&) {
      napi_throw_error(callEnv, nullptr, kOutOfMemory);
      return nullptr;
    }
  };
  napi_value function;
  check(napi_create_function(env, name, NAPI_AUTO_LENGTH, guarded, nullptr, &function), "cannot make a function");
  check(napi_set_named_property(env, exports, name, function), "cannot export a function");
}

}  // namespace vicuna::binding
