// What every processor of the architecture has: four lanes (SSE2 on x86-64, NEON on arm64, whatever the compiler makes of
// it elsewhere).
#if defined(__aarch64__)
#define VICUNA_ISA neon
#define VICUNA_ISA_NAME "neon"
#define VICUNA_TILE_ROWS 12
#else
#define VICUNA_ISA portable
#define VICUNA_ISA_NAME "portable"
#define VICUNA_TILE_ROWS 6
#endif
#define VICUNA_LANES 4

#include "../kernels/table.h"
