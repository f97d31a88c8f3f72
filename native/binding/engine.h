#pragma once

#include <functional>
#include <memory>

#include "../core/job_thread.h"
#include "../kernels/profile.h"
#include "../model/context.h"
#include "napi.h"

namespace vicuna::binding {

/// One engine: its memory, its threads, and the queue of its jobs. A job runs on the engine's own thread, so that neither
/// the event loop nor Node's thread pool waits for it, and jobs keep the order of the calls.
class Engine {
 public:
  using Finish = std::function<napi_value(napi_env)>;
  using Work = std::function<Finish(const Context&)>;

  Engine(napi_env env, const KernelTable& kernels, int threads);
  ~Engine();

  /// Queues `work`; when it is done, `finish` makes the promise's value on the JavaScript thread.
  ///
  /// @param kept values that must not be collected meanwhile: typed arrays that the work reads or writes.
  napi_value run(napi_env env, Work work, const std::vector<napi_value>& kept = {});

 private:
  struct Job;
  static void settle(napi_env env, napi_value, void* engine, void* job);
  static void close(void* engine);

  napi_env env_;
  KernelProfile profile_;
  std::shared_ptr<Arena> arena_;
  ThreadPool pool_;
  Scratch scratch_;
  Context context_;
  napi_threadsafe_function settler_ = nullptr;
  int pending_ = 0;
  std::unique_ptr<JobThread> thread_;
};

}  // namespace vicuna::binding
