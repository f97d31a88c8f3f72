#include "objects.h"

NAPI_MODULE_INIT() {
  try {
    vicuna::binding::defineEngine(env, exports);
    vicuna::binding::defineTransformer(env, exports);
    vicuna::binding::defineDecoding(env, exports);
  } catch (const vicuna::binding::JavaScriptEnding&) {
    return nullptr;
  }
  return exports;
}
