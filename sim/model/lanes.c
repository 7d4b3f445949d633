#include "sim/model/lanes.h"

#include <string.h>

#include "sim/model/host_fp32.h"

void systole_lanes_convert(uint32_t *restrict v, const int32_t *restrict a, unsigned count) {
  for (unsigned l = 0; l < count; l++) v[l] = systole_host_from_int32(a[l]);
}

void systole_lanes_canon(uint32_t *restrict v, const uint32_t *restrict a, unsigned count) {
  for (unsigned l = 0; l < count; l++) v[l] = systole_fp32i_canon(a[l]);
}

void systole_lanes_swap(uint32_t *v, unsigned count) {
  for (unsigned l = 0; l < count / 2; l++) {
    uint64_t pair;
    memcpy(&pair, v + 2 * l, sizeof pair);
    pair = pair << 32 | pair >> 32;
    memcpy(v + 2 * l, &pair, sizeof pair);
  }
}

void systole_lanes_mul(uint32_t *restrict v, const uint32_t *restrict b, unsigned count) {
  for (unsigned l = 0; l < count; l++) v[l] = systole_host_mul(v[l], systole_host_flush(b[l]));
}

void systole_lanes_mul_one(uint32_t *v, uint32_t b, unsigned count) {
  const uint32_t factor = systole_host_flush(b);
  for (unsigned l = 0; l < count; l++) v[l] = systole_host_mul(v[l], factor);
}

void systole_lanes_add(uint32_t *restrict v, const uint32_t *restrict c, uint32_t sign,
                       unsigned count) {
  for (unsigned l = 0; l < count; l++)
    v[l] = systole_host_add(v[l], systole_host_flush(c[l] ^ sign));
}

void systole_lanes_add_one(uint32_t *v, uint32_t c, unsigned count) {
  const uint32_t addend = systole_host_flush(c);
  for (unsigned l = 0; l < count; l++) v[l] = systole_host_add(v[l], addend);
}

void systole_lanes_relu(uint32_t *v, unsigned count) {
  for (unsigned l = 0; l < count; l++) v[l] = v[l] >> 31 ? 0 : v[l];
}

// ---- table functions: fp32_inline.h without branches, in 32 bits -------------

// systole_fp32i_interpolate: floors of floors, so that no product needs 64 bits.
static inline uint32_t interpolate(systole_fp32_entry entry, int32_t dx) {
  const int32_t line = (entry.slope * (dx >> 8) + (entry.slope * (dx & 255) >> 8)) >> 6;
  const uint32_t m = (entry.base + (uint32_t)line) >> 2;
  return m < 0x800000u ? 0 : m & 0x7FFFFFu;
}

static inline uint32_t exp2_lane(uint32_t x) {
  const uint32_t e = x >> 23 & 255u, f = x & 0x7FFFFFu;
  const uint32_t m = e == 0 ? 0 : f | 0x800000u;
  const uint32_t left = e >= 127 ? (e - 127) & 7u : 0;
  const uint32_t right = e >= 127 ? 0 : 127 - e > 31 ? 31 : 127 - e;
  const uint32_t magnitude = (m << left) >> right;  // in units of 2^-23
  const uint32_t fixed = x >> 31 ? 0u - magnitude : magnitude;
  const int32_t whole = (int32_t)(fixed >> 23 & 511u) - (int32_t)(fixed >> 31) * 512;
  const int32_t exponent = whole + 127;
  const uint32_t y = (uint32_t)exponent << 23 |
                     interpolate(systole_fp32_exp2_table[fixed >> 16 & 127u],
                                 (int32_t)(fixed & 0xFFFFu) - 0x8000);
  const uint32_t finite = exponent <= 0 ? 0 : exponent >= 255 ? SYSTOLE_FP32_INF : y;
  const uint32_t large = x >> 31 ? 0 : SYSTOLE_FP32_INF;
  const uint32_t number = e >= 135 ? large : finite;  // 256 and more
  return (x & 0x7FFFFFFFu) > SYSTOLE_FP32_INF ? SYSTOLE_FP32_NAN : number;
}

void systole_lanes_exp2(uint32_t *v, unsigned count) {
  for (unsigned l = 0; l < count; l++) v[l] = exp2_lane(v[l]);
}

static inline uint32_t recip_lane(uint32_t x) {
  const uint32_t sign = x & 0x80000000u, f = x & 0x7FFFFFu;
  const int32_t e = (int32_t)(x >> 23 & 255u);
  const int32_t exponent = 253 - e + (f == 0);  // a power of two is exact
  const uint32_t line =
      interpolate(systole_fp32_recip_table[f >> 16], (int32_t)(f & 0xFFFFu) - 0x8000);
  const uint32_t y = (uint32_t)exponent << 23 | (f == 0 ? 0 : line);
  const uint32_t finite = exponent <= 0 ? sign : sign | y;
  const uint32_t number = e == 0 ? sign | SYSTOLE_FP32_INF : e == 255 ? sign : finite;
  return (x & 0x7FFFFFFFu) > SYSTOLE_FP32_INF ? SYSTOLE_FP32_NAN : number;
}

void systole_lanes_recip(uint32_t *v, unsigned count) {
  for (unsigned l = 0; l < count; l++) v[l] = recip_lane(v[l]);
}

static inline uint32_t rsqrt_lane(uint32_t x) {
  const uint32_t e = x >> 23 & 255u, f = x & 0x7FFFFFu;
  const uint32_t odd = ~e & 1u;  // the unbiased exponent is odd
  const uint32_t exact = (f == 0) & (odd == 0);
  const uint32_t exponent = ((380u - e) >> 1) + exact;
  const uint32_t line = interpolate(systole_fp32_rsqrt_table[odd << 6 | f >> 17],
                                    (int32_t)(f & 0x1FFFFu) - 0x10000);
  const uint32_t finite = exponent << 23 | (exact ? 0 : line);
  const uint32_t positive = x == SYSTOLE_FP32_INF ? 0 : finite;
  const uint32_t number = x > SYSTOLE_FP32_INF ? SYSTOLE_FP32_NAN : positive;  // or below zero
  return e == 0 ? SYSTOLE_FP32_INF : number;
}

void systole_lanes_rsqrt(uint32_t *v, unsigned count) {
  for (unsigned l = 0; l < count; l++) v[l] = rsqrt_lane(v[l]);
}

// ---- results -------------------------------------------------------------------

void systole_lanes_quantise(int8_t *restrict d, const uint32_t *restrict v, unsigned count) {
  for (unsigned l = 0; l < count; l++) d[l] = systole_host_quantise(v[l]);
}

void systole_lanes_square(uint32_t *v, unsigned count) {
  for (unsigned l = 0; l < count; l++) v[l] = systole_host_mul(v[l], v[l]);
}

static void add_neighbours(uint32_t *restrict out, const uint32_t *restrict in, unsigned count) {
  for (unsigned l = 0; l < count; l++) out[l] = systole_host_add(in[2 * l], in[2 * l + 1]);
}

void systole_lanes_sum_words(uint32_t *restrict v, uint32_t *restrict room, unsigned dim,
                             unsigned count, uint32_t *restrict sums) {
  uint32_t *from = v, *to = room;
  for (; dim > 1; dim /= 2) {
    count /= 2;
    add_neighbours(to, from, count);
    uint32_t *const last = from;
    from = to;
    to = last;
  }
  memcpy(sums, from, count * sizeof *sums);
}

int32_t systole_lanes_top(const uint32_t *v, uint32_t mask, unsigned count) {
  int32_t top = INT32_MIN;
  for (unsigned l = 0; l < count; l++) {
    const int32_t key = systole_fp32i_key(v[l] & mask);
    top = key > top ? key : top;
  }
  return top;
}
