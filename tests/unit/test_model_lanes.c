// The stages of VX over many lanes against the definitions in fp32.h, lane by
// lane: every pair of corners, and random operands where the host's binary32
// and the definition part: at the smallest normal number, at NaN, at infinity.
#include "sim/model/fp32.h"
#include "sim/model/lanes.h"
#include "tests/unit/test_model_bench.h"

enum { LANES = 256, ROUNDS = 400, MOST_SHOWN = 5 };

static const uint32_t corners[] = {
    0x00000000, 0x00000001, 0x00400000, 0x007FFFFF, 0x00800000, 0x00800001, 0x00FFFFFF, 0x01000000,
    0x1F800000, 0x20000000, 0x20800000, 0x33800000, 0x3EFFFFFF, 0x3F000000, 0x3F000001, 0x3F7FFFFE,
    0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3FC00000, 0x40200000, 0x42FCFFFF, 0x42FD0000, 0x42FE0000,
    0x42FEFFFF, 0x42FF0000, 0x4B000000, 0x4B7FFFFF, 0x5F800000, 0x7E800000, 0x7F000000, 0x7F7FFFFF,
    0x7F800000, 0x7F800001, 0x7FC00000, 0x7FFFFFFF};
enum { CORNERS = sizeof corners / sizeof corners[0], SIGNED = 2 * CORNERS };

static uint32_t corner(unsigned i) { return corners[i / 2 % CORNERS] | (uint32_t)(i & 1) << 31; }

typedef struct {
  uint32_t a[LANES], b[LANES];
} operands;

static uint32_t near(uint32_t exponent, uint64_t bits) {  // sign and a few ends of the significand
  static const uint32_t ends[] = {0, 1, 2, 0x7FFFFF, 0x7FFFFE, 0x400000, 0x3FFFFF, 0x200000};
  const uint32_t f = bits & 8 ? (uint32_t)(bits >> 8) & 0x7FFFFF : ends[bits & 7];
  return (uint32_t)(bits >> 63) << 31 | (exponent & 255) << 23 | f;
}

// One pair of operands of the kind `kind`.
static void draw(unsigned kind, uint64_t *seed, uint32_t *a, uint32_t *b) {
  const uint64_t x = bench_random(seed), y = bench_random(seed);
  *a = (uint32_t)x, *b = (uint32_t)y;
  switch (kind) {
    case 0:  // a product about as large as the smallest normal number
      *a = near(1 + (uint32_t)(x >> 40) % 127, x);
      *b = near(127 + 1 - (*a >> 23 & 255) + (uint32_t)(y >> 40) % 3 - 1, y);
      break;
    case 1:  // a sum that may be below it
      *a = near((uint32_t)(x >> 40) % 26, x), *b = near((*a >> 23) + (uint32_t)(y >> 40) % 3 - 1, y);
      break;
    case 2:  // cancellation
      *b = *a ^ 0x80000000u ^ (*b & 7);
      break;
    case 3: *a = corner((unsigned)(x >> 32) % SIGNED); break;
    case 4: *b = corner((unsigned)(y >> 32) % SIGNED); break;
    case 5:  // the range of int8 and halves of it
      *a = near(124 + (uint32_t)(x >> 40) % 12, x), *a &= x & 16 ? 0xFFFF8000u : UINT32_MAX;
      break;
    default: break;
  }
}

static void fill(operands *o, unsigned round, uint64_t *seed) {
  for (unsigned l = 0; l < LANES; l++)
    if (round < SIGNED)
      o->a[l] = corner(round), o->b[l] = corner(l);
    else
      draw((round + l) % 8, seed, &o->a[l], &o->b[l]);
}

static unsigned shown;

static bool equal(const char *what, uint32_t a, uint32_t b, uint32_t got, uint32_t want) {
  if (got == want) return true;
  if (shown++ < MOST_SHOWN) printf("%s %08X %08X: %08X, not %08X\n", what, a, b, got, want);
  return false;
}

// Calls `check` on all operands; it returns the number of lanes that differ.
static void each(unsigned check(const operands *o)) {
  uint64_t seed = bench_seed("lanes");
  unsigned wrong = 0;
  operands o;
  shown = 0;
  for (unsigned round = 0; round < ROUNDS; round++) {
    fill(&o, round, &seed);
    wrong += check(&o);
  }
  CU_ASSERT_EQUAL(wrong, 0);
}

static unsigned check_two(const operands *o) {
  uint32_t v[LANES], product[LANES], one[LANES], sum[LANES], difference[LANES], sum_one[LANES];
  unsigned wrong = 0;
  systole_lanes_canon(v, o->a, LANES);
  memcpy(product, v, sizeof v), memcpy(one, v, sizeof v), memcpy(sum, v, sizeof v);
  memcpy(difference, v, sizeof v), memcpy(sum_one, v, sizeof v);
  systole_lanes_mul(product, o->b, LANES);
  systole_lanes_mul_one(one, o->b[7], LANES);
  systole_lanes_add(sum, o->b, 0, LANES);
  systole_lanes_add(difference, o->b, 0x80000000u, LANES);
  systole_lanes_add_one(sum_one, o->b[7], LANES);
  for (unsigned l = 0; l < LANES; l++) {
    const uint32_t a = v[l], b = o->b[l], c = o->b[7];
    wrong += !equal("canon", o->a[l], 0, a, systole_fp32_canon(o->a[l]));
    wrong += !equal("mul", a, b, product[l], systole_fp32_mul(a, b));
    wrong += !equal("mul one", a, c, one[l], systole_fp32_mul(a, c));
    wrong += !equal("add", a, b, sum[l], systole_fp32_add(a, b));
    wrong += !equal("sub", a, b, difference[l], systole_fp32_add(a, b ^ 0x80000000u));
    wrong += !equal("add one", a, c, sum_one[l], systole_fp32_add(a, c));
  }
  return wrong;
}

typedef void stage(uint32_t *v, unsigned count);

static unsigned check_stage(const char *what, stage *run, uint32_t define(uint32_t),
                            const operands *o) {
  uint32_t v[LANES], in[LANES];
  unsigned wrong = 0;
  systole_lanes_canon(v, o->a, LANES);
  memcpy(in, v, sizeof v);
  run(v, LANES);
  for (unsigned l = 0; l < LANES; l++) wrong += !equal(what, in[l], 0, v[l], define(in[l]));
  return wrong;
}

static uint32_t define_square(uint32_t x) { return systole_fp32_mul(x, x); }

static unsigned check_one(const operands *o) {
  return check_stage("relu", systole_lanes_relu, systole_fp32_relu, o) +
         check_stage("exp2", systole_lanes_exp2, systole_fp32_exp2, o) +
         check_stage("recip", systole_lanes_recip, systole_fp32_recip, o) +
         check_stage("rsqrt", systole_lanes_rsqrt, systole_fp32_rsqrt, o) +
         check_stage("square", systole_lanes_square, define_square, o);
}

static unsigned check_conversions(const operands *o) {
  uint32_t v[LANES], swapped[LANES], converted[LANES];
  int32_t whole[LANES];
  int8_t d[LANES];
  unsigned wrong = 0;
  systole_lanes_canon(v, o->a, LANES);
  for (unsigned l = 0; l < LANES; l++) whole[l] = (int32_t)o->a[l] >> (o->b[l] & 31);
  memcpy(swapped, v, sizeof v);
  systole_lanes_swap(swapped, LANES);
  systole_lanes_convert(converted, whole, LANES);
  systole_lanes_quantise(d, v, LANES);
  for (unsigned l = 0; l < LANES; l++) {
    wrong += !equal("swap", l, 0, swapped[l], v[l ^ 1]);
    wrong += !equal("convert", (uint32_t)whole[l], 0, converted[l],
                    systole_fp32_from_int32(whole[l]));
    wrong += !equal("quantise", v[l], 0, (uint32_t)d[l], (uint32_t)systole_fp32_quantise(v[l]));
  }
  return wrong;
}

static uint32_t tree(const uint32_t *v, unsigned count) {
  return count == 1 ? *v : systole_fp32_add(tree(v, count / 2), tree(v + count / 2, count / 2));
}

static unsigned check_reductions(const operands *o) {
  uint32_t v[LANES], copy[LANES], room[LANES], sums[LANES];
  unsigned wrong = 0;
  systole_lanes_canon(v, o->a, LANES);
  for (unsigned dim = 4; dim <= 128; dim *= 2) {
    memcpy(copy, v, sizeof v);
    systole_lanes_sum_words(copy, room, dim, LANES, sums);
    for (unsigned w = 0; w < LANES / dim; w++)
      wrong += !equal("sum of words", dim, w, sums[w], tree(v + w * dim, dim));
  }
  for (unsigned count = 1; count <= LANES; count += 17) {
    int32_t top = INT32_MIN, top_magnitude = INT32_MIN;
    for (unsigned l = 0; l < count; l++) {
      const int32_t key = systole_fp32_key(v[l]), magnitude = (int32_t)(v[l] & 0x7FFFFFFFu);
      top = key > top ? key : top;
      top_magnitude = magnitude > top_magnitude ? magnitude : top_magnitude;
    }
    wrong += systole_lanes_top(v, UINT32_MAX, count) != top;
    wrong += systole_lanes_top(v, 0x7FFFFFFFu, count) != top_magnitude;
  }
  return wrong;
}

static void test_two(void) { each(check_two); }
static void test_one(void) { each(check_one); }
static void test_conversions(void) { each(check_conversions); }
static void test_reductions(void) { each(check_reductions); }

// Where 24 bits round up to the smallest normal number the product stays, where
// only the host's shorter ones do it is zero.
static void test_smallest_normal(void) {
  uint32_t v[4] = {0x3F7FFFFF, 0x3F7FFFFF, 0x3F7FFFFE, 0x00800000};
  const uint32_t b[4] = {0x00800000, 0x80800000, 0x00800001, 0x3F7FFFFF};
  systole_lanes_mul(v, b, 4);
  CU_ASSERT_EQUAL(v[0], 0);
  CU_ASSERT_EQUAL(v[1], 0x80000000u);
  CU_ASSERT_EQUAL(v[2], 0x00800000u);
  CU_ASSERT_EQUAL(v[3], 0);
}

void suite_model_lanes(void);

void suite_model_lanes(void) {
  static const systole_test tests[] = {{"sums and products", test_two},
                                       {"functions", test_one},
                                       {"conversions", test_conversions},
                                       {"reductions", test_reductions},
                                       {"smallest normal number", test_smallest_normal},
                                       {0}};
  systole_test_suite("model_lanes", tests);
}
