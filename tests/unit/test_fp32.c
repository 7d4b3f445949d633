// The arithmetic of the vector engine: sums, products and conversions against
// the host's, the table functions against long double.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sim/model/fp32.h"
#include "tests/unit/harness.h"

static const uint32_t corners[] = {
    0x00000000, 0x00000001, 0x007FFFFF, 0x00800000, 0x00800001, 0x00FFFFFF, 0x01000000, 0x0C000000,
    0x1F800000, 0x20000000, 0x33000000, 0x33800000, 0x34000000, 0x3EFFFFFF, 0x3F000000, 0x3F000001,
    0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FC00000, 0x40000000, 0x42FD0000, 0x42FE0000, 0x42FF0000,
    0x4B000000, 0x4B7FFFFF, 0x4B800000, 0x5F000000, 0x5F7FFFFF, 0x60000000, 0x7E800000, 0x7F000000,
    0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FC00000, 0x7FFFFFFF, 0x3F3504F3, 0x3FFFFFFF, 0x407FFFFF,
    0x42FC0000, 0x43000000, 0x43150000, 0x437FFFFF, 0x43800000};
enum { CORNERS = sizeof corners / sizeof corners[0], RANDOM = 300000 };

static uint64_t state;

static uint32_t random32(void) {  // splitmix64
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
  z = (z ^ z >> 27) * 0x94D049BB133111EBu;
  return (uint32_t)(z >> 16);
}

static float to_float(uint32_t x) {
  float f;
  memcpy(&f, &x, sizeof f);
  return f;
}

static uint32_t to_bits(float f) {
  uint32_t x;
  memcpy(&x, &f, sizeof x);
  return x;
}

static uint32_t flush(uint32_t x) {
  return (x & 0x7F800000u) == 0 ? x & 0x80000000u : x;
}

// The rounded result from a double that holds the exact product or the correctly
// rounded sum: rounding again to float is innocuous for both, except near the smallest normal number, where tininess is judged after
// rounding as if exponents had no end: scale up by 2^64 there.
static uint32_t narrow(double exact) {
  if (isnan(exact)) {
    return 0x7FC00000u;
  }
  if (fabs(exact) < 0x1p-100) {
    const float scaled = (float)(exact * 0x1p64);
    if (fabsf(scaled) < 0x1p-62f) {
      return signbit(exact) ? 0x80000000u : 0;
    }
    return to_bits((float)((double)scaled * 0x1p-64));
  }
  return to_bits((float)exact);
}

static uint32_t host_add(uint32_t a, uint32_t b) {
  return narrow((double)to_float(flush(a)) + (double)to_float(flush(b)));
}

static uint32_t host_mul(uint32_t a, uint32_t b) {
  return narrow((double)to_float(flush(a)) * (double)to_float(flush(b)));
}

static unsigned compare(uint32_t a, uint32_t b) {
  unsigned bad = 0;
  if (systole_fp32_add(a, b) != host_add(a, b)) {
    printf("add %08X %08X: %08X, host %08X\n", a, b, systole_fp32_add(a, b), host_add(a, b));
    bad++;
  }
  if (systole_fp32_mul(a, b) != host_mul(a, b)) {
    printf("mul %08X %08X: %08X, host %08X\n", a, b, systole_fp32_mul(a, b), host_mul(a, b));
    bad++;
  }
  return bad;
}

static void test_add_mul_corners(void) {
  unsigned bad = 0;
  for (int i = 0; i < 2 * CORNERS; i++) {
    for (int j = 0; j < 2 * CORNERS; j++) {
      bad += compare(corners[i / 2] ^ (uint32_t)i << 31, corners[j / 2] ^ (uint32_t)j << 31);
    }
  }
  CU_ASSERT_EQUAL(bad, 0);
}

static void test_add_mul_random(void) {
  unsigned bad = 0;
  state = 1;
  for (int i = 0; i < RANDOM && bad < 10; i++) {
    const uint32_t a = random32();
    uint32_t b = random32();
    switch (i & 7) {
      case 0:  // near in size: cancellation
        b = (a & 0x7F800000u) + (b & 0x80FFFFFFu) - 0x00800000u;
        break;
      case 1:  // a product near the smallest normal number
        b = ((127u + 1u - (a >> 23 & 255u)) & 255u) << 23 | (b & 0x807FFFFFu);
        break;
      case 2:
        b = a ^ 0x80000000u ^ (b & 7u);
        break;
      case 3:
        b = corners[b % CORNERS] ^ (b & 0x80000000u);
        break;
      default:
        break;
    }
    bad += compare(a, b);
  }
  CU_ASSERT_EQUAL(bad, 0);
}

static void test_smallest_normal(void) {
  // 0x1.FFFFFEp-127 is exact with 24 bits and no end of exponents, but below
  // the smallest normal number: zero. 0x1p-126 - 2^-172 rounds up to 0x1p-126
  // and stays.
  CU_ASSERT_EQUAL(systole_fp32_mul(0x3F7FFFFF, 0x00800000), 0);
  CU_ASSERT_EQUAL(systole_fp32_mul(0x3F7FFFFF, 0x80800000), 0x80000000);
  CU_ASSERT_EQUAL(systole_fp32_mul(0x3F7FFFFE, 0x00800001), 0x00800000);
  CU_ASSERT_EQUAL(systole_fp32_mul(0x3F7FFFFF, 0x00800001), 0x00800000);
  CU_ASSERT_EQUAL(systole_fp32_add(0x00800001, 0x80800000), 0);
  CU_ASSERT_EQUAL(systole_fp32_add(0x80800001, 0x00800000), 0x80000000);
  CU_ASSERT_EQUAL(systole_fp32_add(0x80000000, 0x80000000), 0x80000000);
  CU_ASSERT_EQUAL(systole_fp32_add(0x80000000, 0x00000000), 0);
  CU_ASSERT_EQUAL(systole_fp32_add(0x3F800000, 0xBF800000), 0);
}

static void test_conversions(void) {
  unsigned bad = 0;
  state = 2;
  for (int i = 0; i < RANDOM; i++) {
    const int32_t x = (int32_t)(random32() >> (i & 31)) * (i & 32 ? -1 : 1);
    bad += systole_fp32_from_int32(x) != to_bits((float)x);
  }
  CU_ASSERT_EQUAL(bad, 0);
  CU_ASSERT_EQUAL(systole_fp32_from_int32(INT32_MIN), 0xCF000000);
  CU_ASSERT_EQUAL(systole_fp32_from_int32(INT32_MAX), 0x4F000000);
  CU_ASSERT_EQUAL(systole_fp32_from_int32(0x01000001), 0x4B800000);
  CU_ASSERT_EQUAL(systole_fp32_from_int32(0x01000003), 0x4B800002);

  bad = 0;
  for (int i = 0; i < RANDOM; i++) {
    uint32_t x = random32();
    if (i & 1) {  // around the range of the result; half of them exact quarters
      x = (x & 0x80000000u) | (0x3E000000u + (x & 0x05FFFFFFu));
      x = i & 2 ? x & 0xFFFF8000u : x;
    }
    const float f = to_float(x);
    int expect = 0;
    if (!isnan(f)) {
      const float r = f > 127 ? 127 : f < -127 ? -127 : nearbyintf(f);
      expect = (int)r;
    }
    bad += systole_fp32_quantise(x) != expect;
  }
  CU_ASSERT_EQUAL(bad, 0);
  CU_ASSERT_EQUAL(systole_fp32_quantise(to_bits(0.5f)), 0);
  CU_ASSERT_EQUAL(systole_fp32_quantise(to_bits(-1.5f)), -2);
  CU_ASSERT_EQUAL(systole_fp32_quantise(to_bits(2.5f)), 2);
  CU_ASSERT_EQUAL(systole_fp32_quantise(to_bits(126.5f)), 126);
  CU_ASSERT_EQUAL(systole_fp32_quantise(to_bits(126.50001f)), 127);
  CU_ASSERT_EQUAL(systole_fp32_quantise(0xFF800000), -127);
  CU_ASSERT_EQUAL(systole_fp32_quantise(0x7F800000), 127);
  CU_ASSERT_EQUAL(systole_fp32_quantise(0xFFC00000), 0);

  CU_ASSERT_EQUAL(systole_fp32_canon(0xFF800001), 0x7FC00000);
  CU_ASSERT_EQUAL(systole_fp32_canon(0x807FFFFF), 0x80000000);
  CU_ASSERT_EQUAL(systole_fp32_canon(0x80800000), 0x80800000);
  CU_ASSERT_EQUAL(systole_fp32_canon(0xFF800000), 0xFF800000);
  CU_ASSERT_EQUAL(systole_fp32_relu(0x80000000), 0);
  CU_ASSERT_EQUAL(systole_fp32_relu(0xFFC00000), 0x7FC00000);
  CU_ASSERT_EQUAL(systole_fp32_relu(0xFF800000), 0);
  CU_ASSERT_EQUAL(systole_fp32_relu(0x3F800000), 0x3F800000);
  CU_ASSERT(systole_fp32_key(0x80000000) < systole_fp32_key(0));
  CU_ASSERT(systole_fp32_key(0x7FC00000) > systole_fp32_key(0x7F800000));
  CU_ASSERT(systole_fp32_key(0xFF800000) < systole_fp32_key(0xFF7FFFFF));
  CU_ASSERT_EQUAL(systole_fp32_key(0xFF800000), (int32_t)0x807FFFFF);
}

static long double exact_exp2(long double x) { return exp2l(x); }
static long double exact_recip(long double x) { return 1 / x; }
static long double exact_rsqrt(long double x) { return 1 / sqrtl(x); }

// The largest error in ulp (of the exact result's binade) over every operand
// from `low` on in steps of `step` bits, while the result is a normal number.
static double sweep(uint32_t (*function)(uint32_t), long double (*exact)(long double), uint32_t low,
                    uint32_t high, uint32_t step) {
  long double worst = 0;
  for (uint32_t x = low; x < high; x += step) {
    const long double y = exact(to_float(x));
    int exponent;
    frexpl(y, &exponent);
    const long double error = fabsl(to_float(function(x)) - y) / ldexpl(1, exponent - 24);
    worst = error > worst ? error : worst;
  }
  return (double)worst;
}

static void test_functions(void) {
  // exp2: all exponents of both signs with normal results; the others: two
  // binades hold every table entry, then a coarse walk over all exponents.
  double e = sweep(systole_fp32_exp2, exact_exp2, 0x3F800000, 0x40000000, 7);
  e = fmax(e, sweep(systole_fp32_exp2, exact_exp2, 0xBF800000, 0xC0000000, 7));
  e = fmax(e, sweep(systole_fp32_exp2, exact_exp2, 0x30000000, 0x42FFFFFF, 997));
  e = fmax(e, sweep(systole_fp32_exp2, exact_exp2, 0xB0000000, 0xC2FBFFFF, 997));
  double r = sweep(systole_fp32_recip, exact_recip, 0x3F800000, 0x40000000, 3);
  r = fmax(r, sweep(systole_fp32_recip, exact_recip, 0x00800000, 0x7E800000, 9973));
  r = fmax(r, sweep(systole_fp32_recip, exact_recip, 0x80800000, 0xFE800000, 9973));
  double s = sweep(systole_fp32_rsqrt, exact_rsqrt, 0x3F800000, 0x40800000, 5);
  s = fmax(s, sweep(systole_fp32_rsqrt, exact_rsqrt, 0x00800000, 0x7F800000, 9973));
  printf("largest errors in ulp: exp2 %.1f, recip %.1f, rsqrt %.1f\n", e, r, s);
  CU_ASSERT(e < 33.0);
  CU_ASSERT(r < 128.0);
  CU_ASSERT(s < 190.0);
}

static void test_function_corners(void) {
  CU_ASSERT_EQUAL(systole_fp32_exp2(0x00000000), 0x3F800000);
  CU_ASSERT_EQUAL(systole_fp32_exp2(0x80000001), 0x3F800000);
  CU_ASSERT_EQUAL(systole_fp32_exp2(0xC2FC0000), 0x00800000);  // -126
  CU_ASSERT_EQUAL(systole_fp32_exp2(0xC2FC0001), 0);
  CU_ASSERT_EQUAL(systole_fp32_exp2(0x42FE0000), 0x7F000000);  // 127
  CU_ASSERT_EQUAL(systole_fp32_exp2(0x43000000), 0x7F800000);
  CU_ASSERT_EQUAL(systole_fp32_exp2(0x7F7FFFFF), 0x7F800000);
  CU_ASSERT_EQUAL(systole_fp32_exp2(0xFF7FFFFF), 0);
  CU_ASSERT_EQUAL(systole_fp32_exp2(0xFF800000), 0);
  CU_ASSERT_EQUAL(systole_fp32_exp2(0x7F800000), 0x7F800000);
  CU_ASSERT_EQUAL(systole_fp32_exp2(0xFF800001), 0x7FC00000);
  CU_ASSERT_EQUAL(systole_fp32_recip(0x00000000), 0x7F800000);
  CU_ASSERT_EQUAL(systole_fp32_recip(0x807FFFFF), 0xFF800000);
  CU_ASSERT_EQUAL(systole_fp32_recip(0x7F800000), 0);
  CU_ASSERT_EQUAL(systole_fp32_recip(0xFF800000), 0x80000000);
  CU_ASSERT_EQUAL(systole_fp32_recip(0x7F800001), 0x7FC00000);
  CU_ASSERT_EQUAL(systole_fp32_recip(0x3F800000), 0x3F800000);
  CU_ASSERT_EQUAL(systole_fp32_recip(0x7E800000), 0x00800000);
  CU_ASSERT_EQUAL(systole_fp32_recip(0x7E800001), 0);
  CU_ASSERT_EQUAL(systole_fp32_recip(0xFF7FFFFF), 0x80000000);
  CU_ASSERT_EQUAL(systole_fp32_rsqrt(0x80000000), 0x7F800000);
  CU_ASSERT_EQUAL(systole_fp32_rsqrt(0x807FFFFF), 0x7F800000);
  CU_ASSERT_EQUAL(systole_fp32_rsqrt(0xBF800000), 0x7FC00000);
  CU_ASSERT_EQUAL(systole_fp32_rsqrt(0xFF800000), 0x7FC00000);
  CU_ASSERT_EQUAL(systole_fp32_rsqrt(0x7F800000), 0);
  CU_ASSERT_EQUAL(systole_fp32_rsqrt(0x3F800000), 0x3F800000);
  CU_ASSERT_EQUAL(systole_fp32_rsqrt(0x40800000), 0x3F000000);
  CU_ASSERT_EQUAL(systole_fp32_rsqrt(0x7FC00001), 0x7FC00000);
}

void suite_fp32(void);

void suite_fp32(void) {
  static const systole_test tests[] = {{"add and mul, corners", test_add_mul_corners},
                                       {"add and mul, random", test_add_mul_random},
                                       {"smallest normal number", test_smallest_normal},
                                       {"conversions", test_conversions},
                                       {"table functions", test_functions},
                                       {"table functions, corners", test_function_corners},
                                       {0}};
  systole_test_suite("fp32", tests);
}
