#include "engine.h"

#include <exception>
#include <utility>

namespace vicuna::binding {

struct Engine::Job {
  Work work;
  Finish finish;
  std::string failure;
  napi_deferred deferred;
  std::vector<napi_ref> kept;
};

Engine::Engine(napi_env env, const KernelTable& kernels, int threads)
    : env_(env),
      profile_(kernels),
      arena_(std::make_shared<Arena>()),
      pool_(threads),
      scratch_(arena_),
      context_{profile_.table(), arena_, pool_, scratch_, profile_},
      thread_(std::make_unique<JobThread>()) {
  napi_value name;
  check(napi_create_string_utf8(env, "vicuna engine", NAPI_AUTO_LENGTH, &name), "cannot make a string");
  check(napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, settle, &settler_),
        "cannot make a way back to JavaScript");
  // An idle engine does not keep the process alive; a waiting promise does.
  check(napi_unref_threadsafe_function(env, settler_), "cannot let go of the event loop");
  // Hooks run last in, first out: this one before the one that frees the way back.
  check(napi_add_env_cleanup_hook(env, close, this), "cannot prepare for the end");
}

Engine::~Engine() {
  if (thread_ == nullptr) return;
  napi_remove_env_cleanup_hook(env_, close, this);
  close(this);
}

void Engine::close(void* data) {
  Engine& engine = *static_cast<Engine*>(data);
  engine.pool_.abandon();
  engine.thread_.reset();
  napi_release_threadsafe_function(engine.settler_, napi_tsfn_abort);
}

napi_value Engine::run(napi_env env, Work work, const std::vector<napi_value>& kept) {
  auto job = std::make_unique<Job>();
  job->work = std::move(work);
  for (const napi_value value : kept) {
    napi_ref reference;
    check(napi_create_reference(env, value, 1, &reference), "cannot keep an argument");
    job->kept.push_back(reference);
  }
  napi_value promise;
  check(napi_create_promise(env, &job->deferred, &promise), "cannot make a promise");
  if (pending_++ == 0) check(napi_ref_threadsafe_function(env, settler_), "cannot hold the event loop");
  // Shared, because std::function wants to be copied. What the work holds is let go on the JavaScript thread: it may be
  // the last to hold this engine, whose end its own thread cannot wait for.
  thread_->post([this, job = std::shared_ptr<Job>(std::move(job))]() mutable {
    try {
      job->finish = job->work(context_);
    } catch (const std::bad_alloc&) {
      job->failure = kOutOfMemory;
    } catch (const std::exception& error) {
      job->failure = error.what();
    }
    auto* const settled = new std::shared_ptr<Job>(std::move(job));
    if (napi_call_threadsafe_function(settler_, settled, napi_tsfn_nonblocking) != napi_ok) delete settled;
  });
  return promise;
}

void Engine::settle(napi_env env, napi_value, void* context, void* data) {
  const std::unique_ptr<std::shared_ptr<Job>> holder(static_cast<std::shared_ptr<Job>*>(data));
  // Without an environment the process, or the worker, is ending: nobody waits any more.
  if (env == nullptr) return;
  Engine& engine = *static_cast<Engine*>(context);
  Job& job = **holder;
  try {
    for (const napi_ref reference : job.kept) check(napi_delete_reference(env, reference), "cannot let go of an argument");
    if (--engine.pending_ == 0) check(napi_unref_threadsafe_function(env, engine.settler_), "cannot let go of the event loop");
    if (job.failure.empty()) {
      check(napi_resolve_deferred(env, job.deferred, job.finish(env)), "cannot resolve a promise");
      return;
    }
    napi_value message, error;
    check(napi_create_string_utf8(env, job.failure.c_str(), job.failure.size(), &message), "cannot make a string");
    check(napi_create_error(env, nullptr, message, &error), "cannot make an error");
    check(napi_reject_deferred(env, job.deferred, error), "cannot reject a promise");
  } catch (const JavaScriptEnding&) {
    // The same, in the midst of it.
  }
}

}  // namespace vicuna::binding
