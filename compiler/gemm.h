// One matrix product as a program: C[M,N] = A[M,K] x W[K,N], int8 operands,
// the int32 sums converted to fp32 on the device. Loads, products, conversions
// and stores overlap; blocks are sized to the configuration's SRAMs.
#ifndef SYSTOLE_COMPILER_GEMM_H
#define SYSTOLE_COMPILER_GEMM_H

#include "compiler/program/program.h"

enum {
  SYSTOLE_GEMM_MAX = 65536,  // largest m, k and n
  SYSTOLE_GEMM_A = 1,        // segments: A, rows padded to whole words of DIM bytes
  SYSTOLE_GEMM_W = 2,        // W in tiles of DIM x DIM bytes; tile (k, n) is number n * KT + k
  SYSTOLE_GEMM_C = 3         // C, fp32, rows of N
};

typedef struct {
  uint64_t a_bytes, w_bytes, c_bytes;  // of the segments
} systole_gemm_shape;

systole_gemm_shape systole_gemm_shape_of(const systole_config *config, uint32_t m, uint32_t k,
                                         uint32_t n);

// Builds the program, entry `main`; the segments have no content yet.
// SYSTOLE_E_RANGE if a size is not within 1..SYSTOLE_GEMM_MAX.
systole_status systole_gemm_build(const systole_config *config, uint32_t m, uint32_t k, uint32_t n,
                                  systole_program **program, systole_error *err);

// Lays out row-major A [m, k] and W [k, n] as the segments hold them; `out` has
// a_bytes and w_bytes.
void systole_gemm_pack_a(const systole_config *config, uint32_t m, uint32_t k, const int8_t *a,
                         uint8_t *out);
void systole_gemm_pack_w(const systole_config *config, uint32_t k, uint32_t n, const int8_t *w,
                         uint8_t *out);

#endif
