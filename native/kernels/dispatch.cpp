#include <cstring>

#include "kernel_table.h"

namespace vicuna {

#if defined(__x86_64__)
namespace portable {
extern const KernelTable kernels;
}
namespace avx2 {
extern const KernelTable kernels;
}
namespace avx512 {
extern const KernelTable kernels;
}
#elif defined(__aarch64__)
namespace neon {
extern const KernelTable kernels;
}
#else
namespace portable {
extern const KernelTable kernels;
}
#endif

const KernelTable* kernelsFor(const char* name) {
  const auto wanted = [name](const KernelTable& table) { return name == nullptr || std::strcmp(name, table.name) == 0; };
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool hasAvx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool hasAvx512 = hasAvx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
  if (hasAvx512 && wanted(avx512::kernels)) return &avx512::kernels;
  if (hasAvx2 && wanted(avx2::kernels)) return &avx2::kernels;
  if (wanted(portable::kernels)) return &portable::kernels;
#elif defined(__aarch64__)
  if (wanted(neon::kernels)) return &neon::kernels;
#else
  if (wanted(portable::kernels)) return &portable::kernels;
#endif
  return nullptr;
}

}  // namespace vicuna
