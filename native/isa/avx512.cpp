// 32 registers of 16 lanes. Compiled with -mavx512f -mavx512vl -mavx512dq -mavx512bw -mavx2 -mfma.
#define VICUNA_ISA avx512
#define VICUNA_ISA_NAME "avx512"
#define VICUNA_LANES 16
#define VICUNA_TILE_ROWS 12

#include "../kernels/table.h"
