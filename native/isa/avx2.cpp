// 16 registers of 8 lanes. Compiled with -mavx2 -mfma.
#define VICUNA_ISA avx2
#define VICUNA_ISA_NAME "avx2"
#define VICUNA_LANES 8
#define VICUNA_TILE_ROWS 6

#include "../kernels/table.h"
