#pragma once

#define NAPI_VERSION 8
#include <node_api.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

// Reading arguments and making values. TypeScript has validated what comes here: a wrong type is a bug of this package,
// and ends the process with a message rather than with a wrong number.

namespace vicuna::binding {

constexpr char kOutOfMemory[] = "out of memory";

[[noreturn]] inline void broken(const char* what) {
  std::fprintf(stderr, "vicuna native addon: %s\n", what);
  std::abort();
}

/// JavaScript is ending here (a worker is terminated, the process exits): nothing can be made and nobody waits for it.
struct JavaScriptEnding {};

/// @throws JavaScriptEnding
inline void check(napi_status status, const char* what) {
  if (status == napi_pending_exception || status == napi_closing || status == napi_cannot_run_js) throw JavaScriptEnding();
  if (status != napi_ok) broken(what);
}

/// What JavaScript holds of a C++ object: an external value that shares its ownership.
struct Handle {
  std::shared_ptr<void> object;
  const void* type;
};

template <class T>
const void* typeOf() {
  static const char identity = 0;
  return &identity;
}

template <class T>
napi_value makeHandle(napi_env env, std::shared_ptr<T> object) {
  auto handle = std::make_unique<Handle>(Handle{std::move(object), typeOf<T>()});
  napi_value value;
  check(napi_create_external(
            env, handle.get(), [](napi_env, void* dead, void*) { delete static_cast<Handle*>(dead); }, nullptr, &value),
        "cannot make a handle");
  handle.release();
  return value;
}

/// Memory of a Float32Array.
struct FloatSpan {
  float* data;
  std::size_t length;
};

/// The arguments of one call.
class Arguments {
 public:
  Arguments(napi_env env, napi_callback_info info, std::size_t count) : env_(env), values_(count) {
    std::size_t given = count;
    check(napi_get_cb_info(env, info, &given, values_.data(), nullptr, nullptr), "cannot read arguments");
    if (given != count) broken("wrong number of arguments");
  }

  napi_env env() const { return env_; }
  napi_value operator[](std::size_t index) const { return values_[index]; }

  bool isMissing(std::size_t index) const { return isMissing(values_[index]); }
  bool isMissing(napi_value value) const {
    napi_valuetype type;
    check(napi_typeof(env_, value, &type), "cannot read a type");
    return type == napi_undefined || type == napi_null;
  }
  double number(std::size_t index) const {
    double result;
    check(napi_get_value_double(env_, values_[index], &result), "a number was expected");
    return result;
  }
  bool boolean(std::size_t index) const {
    bool result;
    check(napi_get_value_bool(env_, values_[index], &result), "a boolean was expected");
    return result;
  }
  std::string string(std::size_t index) const {
    char text[64];
    std::size_t length;
    check(napi_get_value_string_utf8(env_, values_[index], text, sizeof text, &length), "a string was expected");
    return std::string(text, length);
  }

  template <class T>
  std::shared_ptr<T> handle(std::size_t index) const {
    return handleIn<T>(values_[index]);
  }
  /// Null where the argument is missing.
  template <class T>
  std::shared_ptr<T> optionalHandle(std::size_t index) const {
    return isMissing(index) ? nullptr : handle<T>(index);
  }
  template <class T>
  std::vector<std::shared_ptr<T>> handles(std::size_t index) const {
    std::vector<std::shared_ptr<T>> all;
    for (const napi_value element : array(index)) all.push_back(handleIn<T>(element));
    return all;
  }
  std::vector<napi_value> array(std::size_t index) const {
    std::uint32_t length;
    check(napi_get_array_length(env_, values_[index], &length), "an array was expected");
    std::vector<napi_value> all(length);
    for (std::uint32_t i = 0; i < length; i++)
      check(napi_get_element(env_, values_[index], i, &all[i]), "cannot read an array");
    return all;
  }
  template <class T>
  std::shared_ptr<T> handleIn(napi_value value) const {
    const Handle& handle = handleBehind(value);
    if (handle.type != typeOf<T>()) broken("a handle of another type was expected");
    if (handle.object == nullptr) broken("a released handle was used");
    return std::static_pointer_cast<T>(handle.object);
  }
  template <class T>
  bool isHandleOf(napi_value value) const {
    return handleBehind(value).type == typeOf<T>();
  }

  /// The memory of a typed array, over an ArrayBuffer or a SharedArrayBuffer. Valid while the array is referenced.
  FloatSpan floats(std::size_t index) const {
    const auto [data, length] = elements(index, napi_float32_array);
    return {static_cast<float*>(data), length};
  }
  std::vector<std::int32_t> integers(std::size_t index) const { return copyOf<std::int32_t>(index, napi_int32_array); }
  std::vector<double> doubles(std::size_t index) const { return copyOf<double>(index, napi_float64_array); }
  std::vector<float> floatVector(std::size_t index) const { return copyOf<float>(index, napi_float32_array); }

 private:
  const Handle& handleBehind(napi_value value) const {
    void* external;
    check(napi_get_value_external(env_, value, &external), "a handle was expected");
    return *static_cast<Handle*>(external);
  }
  std::pair<void*, std::size_t> elements(std::size_t index, napi_typedarray_type wanted) const {
    napi_typedarray_type type;
    std::size_t length;
    void* data;
    check(napi_get_typedarray_info(env_, values_[index], &type, &length, &data, nullptr, nullptr),
          "a typed array was expected");
    if (type != wanted) broken("a typed array of another type was expected");
    return {data, length};
  }
  template <class T>
  std::vector<T> copyOf(std::size_t index, napi_typedarray_type type) const {
    const auto [data, length] = elements(index, type);
    const T* const first = static_cast<const T*>(data);
    return std::vector<T>(first, first + length);
  }

  napi_env env_;
  std::vector<napi_value> values_;
};

inline napi_value makeNumber(napi_env env, double number) {
  napi_value value;
  check(napi_create_double(env, number, &value), "cannot make a number");
  return value;
}

inline napi_value makeString(napi_env env, const char* text) {
  napi_value value;
  check(napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value), "cannot make a string");
  return value;
}

inline napi_value makeUndefined(napi_env env) {
  napi_value value;
  check(napi_get_undefined(env, &value), "cannot make undefined");
  return value;
}

inline napi_value makeArray(napi_env env, const std::vector<napi_value>& elements) {
  napi_value array;
  check(napi_create_array_with_length(env, elements.size(), &array), "cannot make an array");
  for (std::size_t i = 0; i < elements.size(); i++)
    check(napi_set_element(env, array, static_cast<std::uint32_t>(i), elements[i]), "cannot fill an array");
  return array;
}

}  // namespace vicuna::binding
