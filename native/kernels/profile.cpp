#include "profile.h"

#include <chrono>

namespace vicuna {
namespace {

class Stopwatch {
 public:
  explicit Stopwatch(KernelTime& time) : time_(time), started_(Clock::now()) {}
  ~Stopwatch() {
    time_.calls++;
    time_.seconds += std::chrono::duration<double>(Clock::now() - started_).count();
  }

 private:
  using Clock = std::chrono::steady_clock;
  KernelTime& time_;
  Clock::time_point started_;
};

}  // namespace

/// A kernel with the signature of a table's entry, that calls that entry and takes its time.
template <std::size_t Number, class Result, class... Arguments, Result (*KernelTable::*Entry)(Workspace, Arguments...)>
struct KernelProfile::Timed<Number, Entry> {
  static Result call(Workspace workspace, Arguments... arguments) {
    const Stopwatch stopwatch(workspace.profile->times_[Number]);
    return (workspace.profile->kernels_.*Entry)(workspace, arguments...);
  }
};

template <std::size_t Number, auto Entry>
void KernelProfile::time(const char* kernel) {
  times_.resize(Number + 1);
  times_[Number].kernel = kernel;
  timed_.*Entry = Timed<Number, Entry>::call;
}

KernelProfile::KernelProfile(const KernelTable& kernels) : kernels_(kernels), timed_(kernels), table_(kernels) {
  time<0, &KernelTable::multiply>("multiply");
  time<1, &KernelTable::skinnyMultiply>("skinnyMultiply");
  time<2, &KernelTable::rmsNormForward>("rmsNormForward");
  time<3, &KernelTable::rmsNormBackward>("rmsNormBackward");
  time<4, &KernelTable::rope>("rope");
  time<5, &KernelTable::swigluForward>("swigluForward");
  time<6, &KernelTable::swigluBackward>("swigluBackward");
  time<7, &KernelTable::attentionForward>("attentionForward");
  time<8, &KernelTable::attentionBackward>("attentionBackward");
  time<9, &KernelTable::cachedAttention>("cachedAttention");
  time<10, &KernelTable::crossEntropy>("crossEntropy");
  time<11, &KernelTable::embeddingForward>("embeddingForward");
  time<12, &KernelTable::embeddingBackward>("embeddingBackward");
  time<13, &KernelTable::adamw>("adamw");
  time<14, &KernelTable::sumOfSquares>("sumOfSquares");
  time<15, &KernelTable::copy>("copy");
  time<16, &KernelTable::fillZero>("fillZero");
  time<17, &KernelTable::dropout>("dropout");
  time<18, &KernelTable::wideMultiply>("wideMultiply");
  time<19, &KernelTable::copyCache>("copyCache");
}

std::vector<KernelTime> KernelProfile::take() {
  std::vector<KernelTime> taken;
  for (KernelTime& time : times_) {
    if (time.calls > 0) taken.push_back(time);
    time = {time.kernel};
  }
  return taken;
}

}  // namespace vicuna
