#include "objects.h"

NAPI_MODULE_INIT() {
  try {
    vicuna::binding::defineEngine(env, exports);
    vicuna::binding::defineTransformer(env, exports);
  } catch (const vicuna::binding::JavaScriptEnding&) {
    return nullptr;
  }
  return exports;
}
