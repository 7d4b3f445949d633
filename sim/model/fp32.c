#include "sim/model/fp32.h"

#include "sim/model/fp32_inline.h"

uint32_t systole_fp32_canon(uint32_t x) { return systole_fp32i_canon(x); }
uint32_t systole_fp32_add(uint32_t a, uint32_t b) { return systole_fp32i_add(a, b); }
uint32_t systole_fp32_mul(uint32_t a, uint32_t b) { return systole_fp32i_mul(a, b); }
uint32_t systole_fp32_from_int32(int32_t x) { return systole_fp32i_from_int32(x); }
int8_t systole_fp32_quantise(uint32_t x) { return systole_fp32i_quantise(x); }
int32_t systole_fp32_key(uint32_t x) { return systole_fp32i_key(x); }
uint32_t systole_fp32_relu(uint32_t x) { return systole_fp32i_relu(x); }
uint32_t systole_fp32_exp2(uint32_t x) { return systole_fp32i_exp2(x); }
uint32_t systole_fp32_recip(uint32_t x) { return systole_fp32i_recip(x); }
uint32_t systole_fp32_rsqrt(uint32_t x) { return systole_fp32i_rsqrt(x); }
