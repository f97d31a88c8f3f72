#include "floating_point.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vicuna {

#if defined(__x86_64__)

std::uint64_t floatingPointControl() { return _mm_getcsr(); }
void setFloatingPointControl(std::uint64_t control) { _mm_setcsr(static_cast<unsigned>(control)); }
void flushDenormalsOnThisThread() {
  constexpr unsigned flushToZero = 0x8000, denormalsAreZero = 0x0040;
  _mm_setcsr(_mm_getcsr() | flushToZero | denormalsAreZero);
}

#elif defined(__aarch64__)

std::uint64_t floatingPointControl() {
  std::uint64_t control;
  asm volatile("mrs %0, fpcr" : "=r"(control));
  return control;
}
void setFloatingPointControl(std::uint64_t control) { asm volatile("msr fpcr, %0" : : "r"(control)); }
void flushDenormalsOnThisThread() {
  constexpr std::uint64_t flushToZero = std::uint64_t{1} << 24;
  setFloatingPointControl(floatingPointControl() | flushToZero);
}

#else

std::uint64_t floatingPointControl() { return 0; }
void setFloatingPointControl(std::uint64_t) {}
void flushDenormalsOnThisThread() {}

#endif

}  // namespace vicuna
