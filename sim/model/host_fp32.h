// The arithmetic of fp32.h in the host's own binary32, for loops over many
// lanes that a compiler vectorises. Equal to fp32_inline.h bit for bit; where
// the host has no plain binary32, it is fp32_inline.h.
//
// The host differs from the vector engine in three things: it keeps subnormal
// numbers, judges tininess otherwise, and has many NaNs. So: operands are
// flushed, sums (exact when they are tiny) are flushed, and a product is tiny
// if the same product 2^64 times as large is below 2^-62.
#ifndef SYSTOLE_HOST_FP32_H
#define SYSTOLE_HOST_FP32_H

#include <float.h>
#include <stdint.h>
#include <string.h>

#include "sim/model/fp32_inline.h"

#if FLT_RADIX == 2 && FLT_MANT_DIG == 24 && FLT_EVAL_METHOD == 0 && !defined(__FAST_MATH__)
#define SYSTOLE_HOST_HAS_FP32 1
#else
#define SYSTOLE_HOST_HAS_FP32 0
#endif

static inline float systole_host_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint32_t systole_host_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static inline uint32_t systole_host_flush(uint32_t x) {
  return (x & 0x7FFFFFFFu) < 0x00800000u ? x & 0x80000000u : x;
}

// a and b are canonical or at least flushed.
static inline uint32_t systole_host_add(uint32_t a, uint32_t b) {
  if (!SYSTOLE_HOST_HAS_FP32) return systole_fp32i_add(a, b);
  return systole_fp32i_canon(systole_host_bits(systole_host_float(a) + systole_host_float(b)));
}

static inline uint32_t systole_host_mul(uint32_t a, uint32_t b) {
  if (!SYSTOLE_HOST_HAS_FP32) return systole_fp32i_mul(a, b);
  const float x = systole_host_float(a), y = systole_host_float(b);
  const uint32_t exact = systole_host_bits(x * y);
  const uint32_t large = systole_host_bits(x * 0x1p64f * y) & 0x7FFFFFFFu;
  const uint32_t kept = large < 0x20800000u ? exact & 0x80000000u : exact;
  return (exact & 0x7FFFFFFFu) > SYSTOLE_FP32_INF ? SYSTOLE_FP32_NAN : kept;
}

static inline uint32_t systole_host_from_int32(int32_t x) {
  return SYSTOLE_HOST_HAS_FP32 ? systole_host_bits((float)x) : systole_fp32i_from_int32(x);
}

// Adding 2^23 rounds a number from 0 to 127 to its nearest integer.
static inline int8_t systole_host_quantise(uint32_t x) {
  if (!SYSTOLE_HOST_HAS_FP32) return systole_fp32i_quantise(x);
  const uint32_t magnitude = x & 0x7FFFFFFFu;
  const uint32_t within = magnitude < 0x42FE0000u ? magnitude : 0x42FE0000u;  // 127
  const uint32_t number = magnitude > SYSTOLE_FP32_INF ? 0 : within;
  const int32_t value =
      (int32_t)(systole_host_bits(systole_host_float(number) + 0x1p23f) & 0xFFu);
  return (int8_t)(x >> 31 ? -value : value);
}

#endif
