// The definitions behind fp32.h as static inline functions, for loops that
// call them by the million. Same names with `systole_fp32i_`. Integers only:
// the host's floating point has no say in a result.
#ifndef SYSTOLE_FP32_INLINE_H
#define SYSTOLE_FP32_INLINE_H

#include <stdint.h>

#include "sim/model/fp32_tables.h"

#define SYSTOLE_FP32_NAN 0x7FC00000u
#define SYSTOLE_FP32_INF 0x7F800000u

static inline uint32_t systole_fp32i_canon(uint32_t x) {
  const uint32_t magnitude = x & 0x7FFFFFFFu;
  if (magnitude > SYSTOLE_FP32_INF) {
    return SYSTOLE_FP32_NAN;
  }
  return magnitude < 0x00800000u ? x & 0x80000000u : x;
}

// sign, biased exponent e and a significand that has its leading one at bit 27
// and a sticky bit 0: rounds to nearest even, then judges the exponent.
static inline uint32_t systole_fp32i_pack(uint32_t sign, int32_t e, uint32_t sum) {
  const uint32_t up = (sum >> 3) & ((sum >> 4) | ((sum & 7u) != 0)) & 1u;
  const uint32_t rounded = (sum >> 4) + up;
  e += (int32_t)(rounded >> 24);
  if (e <= 0) {
    return sign;
  }
  if (e >= 255) {
    return sign | SYSTOLE_FP32_INF;
  }
  return sign | (uint32_t)e << 23 | (rounded & 0x7FFFFFu);
}

static inline uint32_t systole_fp32i_add(uint32_t a, uint32_t b) {
  if ((a & 0x7FFFFFFFu) < (b & 0x7FFFFFFFu)) {
    const uint32_t t = a;
    a = b;
    b = t;
  }
  const uint32_t ea = a >> 23 & 255u;
  const uint32_t eb = b >> 23 & 255u;
  const uint32_t differ = (a ^ b) >> 31;
  if (ea == 255) {  // b is not larger: a NaN is in a
    const uint32_t bad = (a & 0x7FFFFFu) != 0 || (eb == 255 && differ);
    return bad ? SYSTOLE_FP32_NAN : a;
  }
  if (eb == 0) {  // b counts as a zero
    return ea != 0 ? a : (differ ? 0 : a & 0x80000000u);
  }
  const uint32_t ma = ((a & 0x7FFFFFu) | 0x800000u) << 3;
  const uint32_t mb = ((b & 0x7FFFFFu) | 0x800000u) << 3;
  const uint32_t distance = ea - eb > 31 ? 31 : ea - eb;
  uint32_t shifted = mb >> distance;
  shifted |= (shifted << distance) != mb;
  const uint32_t sum = differ ? ma - shifted : ma + shifted;
  if (sum == 0) {
    return 0;
  }
  const int32_t left = __builtin_clz(sum) - 4;
  return systole_fp32i_pack(a & 0x80000000u, (int32_t)ea + 1 - left, sum << left);
}

static inline uint32_t systole_fp32i_mul(uint32_t a, uint32_t b) {
  const uint32_t sign = (a ^ b) & 0x80000000u;
  const uint32_t ea = a >> 23 & 255u;
  const uint32_t eb = b >> 23 & 255u;
  const uint32_t fa = a & 0x7FFFFFu;
  const uint32_t fb = b & 0x7FFFFFu;
  if (ea == 255 || eb == 255) {
    const int bad = (ea == 255 && fa != 0) || (eb == 255 && fb != 0) || ea == 0 || eb == 0;
    return bad ? SYSTOLE_FP32_NAN : sign | SYSTOLE_FP32_INF;
  }
  if (ea == 0 || eb == 0) {
    return sign;
  }
  const uint64_t product = (uint64_t)(fa | 0x800000u) * (fb | 0x800000u);
  uint32_t sum = (uint32_t)(product >> 20);
  sum |= (product & 0xFFFFFu) != 0;
  const int32_t high = (int32_t)(sum >> 27);
  return systole_fp32i_pack(sign, (int32_t)(ea + eb) - 127 + high, high ? sum : sum << 1);
}

static inline uint32_t systole_fp32i_from_int32(int32_t x) {
  if (x == 0) {
    return 0;
  }
  const uint32_t magnitude = x < 0 ? 0u - (uint32_t)x : (uint32_t)x;
  const int32_t left = __builtin_clz(magnitude);
  const uint32_t normal = magnitude << left;
  return systole_fp32i_pack((uint32_t)x & 0x80000000u, 158 - left,
                            normal >> 4 | ((normal & 15u) != 0));
}

static inline int8_t systole_fp32i_quantise(uint32_t x) {
  const uint32_t magnitude = x & 0x7FFFFFFFu;
  uint32_t value;
  if (magnitude > SYSTOLE_FP32_INF || magnitude < 0x3F000000u) {  // NaN, or below 1/2
    return 0;
  }
  if (magnitude >= 0x42FE0000u) {  // 127
    value = 127;
  } else {
    const uint32_t shift = 150 - (magnitude >> 23);  // 18..24
    const uint32_t m = (magnitude & 0x7FFFFFu) | 0x800000u;
    const uint32_t half = 1u << (shift - 1);
    value = (m + half - 1 + (m >> shift & 1u)) >> shift;
  }
  return (int8_t)(x >> 31 ? -(int32_t)value : (int32_t)value);
}

static inline int32_t systole_fp32i_key(uint32_t x) {
  return (int32_t)(x >> 31 ? x ^ 0x7FFFFFFFu : x);
}

static inline uint32_t systole_fp32i_relu(uint32_t x) {
  const uint32_t y = systole_fp32i_canon(x);
  return y >> 31 ? 0 : y;
}

// Significand of a table function; the 23 bits below its leading one. A line
// that dips below the smallest significand at the end of a segment is lifted.
static inline uint32_t systole_fp32i_interpolate(systole_fp32_entry entry, int32_t dx) {
  const int64_t m = ((int64_t)entry.base * 16384 + (int64_t)entry.slope * dx) >> 16;
  return m < 0x800000 ? 0 : (uint32_t)m & 0x7FFFFFu;
}

static inline uint32_t systole_fp32i_exp2(uint32_t x) {
  const uint32_t e = x >> 23 & 255u;
  const uint32_t f = x & 0x7FFFFFu;
  if (e == 255 && f != 0) {
    return SYSTOLE_FP32_NAN;
  }
  if (e >= 135) {  // 256 and more
    return x >> 31 ? 0 : SYSTOLE_FP32_INF;
  }
  // x in units of 2^-23, truncated towards zero
  const uint32_t m = e == 0 ? 0 : f | 0x800000u;
  uint32_t magnitude;
  if (e >= 127) {
    magnitude = m << (e - 127);
  } else {
    magnitude = 127 - e > 31 ? 0 : m >> (127 - e);
  }
  const uint32_t fixed = x >> 31 ? 0u - magnitude : magnitude;
  const int32_t whole = (int32_t)(fixed >> 23 & 511u) - (int32_t)(fixed >> 31) * 512;
  const int32_t exponent = whole + 127;
  if (exponent <= 0) {
    return 0;
  }
  if (exponent >= 255) {
    return SYSTOLE_FP32_INF;
  }
  return (uint32_t)exponent << 23 |
         systole_fp32i_interpolate(systole_fp32_exp2_table[fixed >> 16 & 127u],
                                   (int32_t)(fixed & 0xFFFFu) - 0x8000);
}

static inline uint32_t systole_fp32i_recip(uint32_t x) {
  const uint32_t sign = x & 0x80000000u;
  const int32_t e = (int32_t)(x >> 23 & 255u);
  const uint32_t f = x & 0x7FFFFFu;
  if (e == 255) {
    return f != 0 ? SYSTOLE_FP32_NAN : sign;
  }
  if (e == 0) {
    return sign | SYSTOLE_FP32_INF;
  }
  const int32_t exponent = 253 - e + (f == 0);  // a power of two is exact
  if (exponent <= 0) {
    return sign;
  }
  const uint32_t y = f == 0 ? 0
                            : systole_fp32i_interpolate(systole_fp32_recip_table[f >> 16],
                                                        (int32_t)(f & 0xFFFFu) - 0x8000);
  return sign | (uint32_t)exponent << 23 | y;
}

static inline uint32_t systole_fp32i_rsqrt(uint32_t x) {
  const uint32_t e = x >> 23 & 255u;
  const uint32_t f = x & 0x7FFFFFu;
  if (e == 255 && f != 0) {
    return SYSTOLE_FP32_NAN;
  }
  if (e == 0) {
    return SYSTOLE_FP32_INF;
  }
  if (x >> 31) {
    return SYSTOLE_FP32_NAN;
  }
  if (e == 255) {
    return 0;
  }
  const uint32_t odd = ~e & 1u;  // the unbiased exponent is odd
  const uint32_t exact = f == 0 && odd == 0;
  const uint32_t exponent = ((380u - e) >> 1) + exact;
  const uint32_t y = exact ? 0
                           : systole_fp32i_interpolate(systole_fp32_rsqrt_table[odd << 6 | f >> 17],
                                                       (int32_t)(f & 0x1FFFFu) - 0x10000);
  return exponent << 23 | y;
}

#endif
