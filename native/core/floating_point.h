#pragma once

#include <cstdint>

namespace vicuna {

/// Control word of this thread's floating-point unit.
std::uint64_t floatingPointControl();
void setFloatingPointControl(std::uint64_t control);

/// Numbers too small for a normal float become 0 on this thread: they cost a hundred cycles each and carry nothing.
/// Only for threads of our own; elsewhere use DenormalsFlushed.
void flushDenormalsOnThisThread();

/// Flushes denormals in a scope and leaves the thread as it was.
class DenormalsFlushed {
 public:
  DenormalsFlushed() : control_(floatingPointControl()) { flushDenormalsOnThisThread(); }
  ~DenormalsFlushed() { setFloatingPointControl(control_); }
  DenormalsFlushed(const DenormalsFlushed&) = delete;
  DenormalsFlushed& operator=(const DenormalsFlushed&) = delete;

 private:
  std::uint64_t control_;
};

}  // namespace vicuna
