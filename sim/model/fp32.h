// fp32 arithmetic exactly as the vector engine does it (docs/machine.md,
// Numbers): binary32 held in uint32_t, round to nearest even, subnormals
// flushed to zero on both sides, one NaN (0x7FC00000). Every function is pure.
#ifndef SYSTOLE_FP32_H
#define SYSTOLE_FP32_H

#include <stdint.h>

uint32_t systole_fp32_canon(uint32_t x);
uint32_t systole_fp32_add(uint32_t a, uint32_t b);
uint32_t systole_fp32_mul(uint32_t a, uint32_t b);
uint32_t systole_fp32_from_int32(int32_t x);
int8_t systole_fp32_quantise(uint32_t x);  // to -127..127, NaN to 0
int32_t systole_fp32_key(uint32_t x);      // order of MAX, ABSMAX, ARGMAX
uint32_t systole_fp32_relu(uint32_t x);    // +0 unless x > 0; NaN stays

// Table of 128 entries and linear interpolation; the largest error of each, in
// ulp, is what `make report-functions` prints and docs/isa.md quotes.
uint32_t systole_fp32_exp2(uint32_t x);
uint32_t systole_fp32_recip(uint32_t x);  // 1/(+-0) = +-inf, 1/(+-inf) = +-0
uint32_t systole_fp32_rsqrt(uint32_t x);  // of -0 and +0: +inf; below zero: NaN; +inf: +0

#endif
