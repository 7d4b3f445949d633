// How the firmware draws a token from logits: by what shares, and by the rules of
// docs/firmware.md to the bit.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/draw.h"
#include "tests/unit/firmware_mock.h"
#include "tests/unit/harness.h"
#include "tests/unit/random_lines.h"

static int no_run(mock *m, void *user, uint64_t *cycles) {
  (void)m, (void)user, (void)cycles;
  return MOCK_FOREVER;
}

static void open_memory(mock *m) { mock_open(m, packets_regions, no_run, NULL); }

static void close_memory(mock *m) {
  if (m->wrong) printf("  %s\n", m->wrong);
  CU_ASSERT_PTR_NULL(m->wrong);
  mock_close(m);
}

static void store_logits(mock *m, const float *logits, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, &logits[i], 4);
    mock_store(m, 1, PACKETS_LOGITS + 4 * i, bits);
  }
  fw_refresh();  // as the start of a run does
}

static uint32_t draw(float temperature, uint32_t count, uint32_t top_k, uint64_t *random) {
  return fw_sample(packets_regions[1].base + PACKETS_LOGITS, count, (uint32_t)lrintf(65536 / temperature), top_k, random);
}

static void test_shares(void) {
  const float logits[8] = {1.0f, NAN, 3.0f, 2.5f, -INFINITY, 3.0f, -1.0f, 0.0f};
  mock m;
  open_memory(&m);
  store_logits(&m, logits, 8);
  for (uint32_t top_k = 1; top_k <= 6; top_k++) {
    uint32_t counts[8] = {0};
    uint64_t random = top_k;
    for (int i = 0; i < 20000; i++) counts[draw(0.7f, 8, top_k, &random)]++;
    const int order[6] = {2, 5, 3, 0, 7, 6};
    double sum = 0;
    for (uint32_t i = 0; i < top_k; i++) sum += exp(logits[order[i]] / 0.7);
    CU_ASSERT_EQUAL(counts[1] + counts[4], 0);
    for (uint32_t i = 0; i < 6; i++) {
      double expected = i < top_k ? 20000 * exp(logits[order[i]] / 0.7) / sum : 0;
      CU_ASSERT_DOUBLE_EQUAL(counts[order[i]], expected, 5 * sqrt(expected) + 0.5);
    }
  }
  close_memory(&m);
}

// The rules of docs/firmware.md once more, by sorting and in wide numbers.
typedef struct {
  int64_t order;
  uint32_t id;
  double value;
} ruled;

static int by_rule(const void *left, const void *right) {
  const ruled *a = left, *b = right;
  if (a->order != b->order) return a->order < b->order ? 1 : -1;
  return a->id < b->id ? -1 : 1;
}

static double in_units(double value) {
  return fabs(value) >= 32768 ? copysign(0x7FFFFFFF, value) : trunc(ldexp(value, 16));
}

static uint64_t ruled_power(uint64_t y, const uint64_t *roots) {
  uint64_t weight = 1 << 24;
  for (int i = 1; i <= 16; i++)
    if (y >> (16 - i) & 1) weight = weight * roots[i] >> 32;
  return y >> 16 > 63 ? 0 : weight >> (y >> 16);
}

static const uint64_t *ruled_roots(void) {
  static uint64_t roots[17];
  for (int i = 1; i <= 16 && !roots[i]; i++) roots[i] = (uint64_t)llround(ldexp(exp2(-exp2(-i)), 32));
  return roots;
}

static uint64_t ruled_weight(double below, uint32_t sharpness) {
  const uint64_t x = (uint64_t)below * sharpness >> 16;
  return ruled_power(x > 100 << 16 ? 200 << 16 : x * 94548 / 65536, ruled_roots());
}

static void test_weights(void) {
  uint32_t wrong = 0;
  for (uint32_t y = 0; y < 26u << 16; y++) wrong += fw_draw_power(y) != ruled_power(y, ruled_roots());
  CU_ASSERT_EQUAL(wrong, 0);
}

static uint32_t ruled_draw(const uint32_t *bits, uint32_t count, uint32_t sharpness, uint32_t top_k, uint64_t *random) {
  static ruled all[PACKETS_VOCAB];
  uint32_t n = 0, at = 0;
  uint64_t sum = 0, z = *random += UINT64_C(0x9E3779B97F4A7C15);
  for (uint32_t id = 0; id < count; id++) {
    const int64_t size = bits[id] & 0x7FFFFFFF;
    float value;
    memcpy(&value, &bits[id], 4);
    if (!isnan(value) && value != -INFINITY) all[n++] = (ruled){bits[id] >> 31 ? -size - 1 : size, id, value};
  }
  if (!n) return *random -= UINT64_C(0x9E3779B97F4A7C15), UINT32_MAX;
  qsort(all, n, sizeof *all, by_rule);
  if (n > top_k) n = top_k;
  for (uint32_t i = 0; i < n; i++) sum += ruled_weight(in_units(all[0].value) - in_units(all[i].value), sharpness);
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  uint64_t point = ((z ^ (z >> 31)) >> 32) * sum >> 32, weight;
  while (point >= (weight = ruled_weight(in_units(all[0].value) - in_units(all[at].value), sharpness))) point -= weight, at++;
  return all[at].id;
}

// Logits close to each other, equal ones, neighbours, of all sizes and signs, and any bits.
static uint32_t some_logit(uint64_t *dice, uint32_t kind) {
  const uint32_t r = (uint32_t)(systole_random(dice) >> 32);
  const float near = (float)(int32_t)r * 0x1p-28f, equal = (float)(r % 7) - 3;
  uint32_t bits;
  memcpy(&bits, kind == 0 ? &near : &equal, 4);
  if (kind < 2) return bits;
  if (kind == 5) return 0x3F800000 | (r % 256 < 250 ? 0x80000000 : 0) | r >> 26;
  return kind == 2 ? (r & 0x80FFFFFF) | (112 + r % 31) << 23 : kind == 3 ? r | 0x80000000 : r;
}

static void test_rules(void) {
  static const uint32_t sharpnesses[] = {1, 65536, 81920, 600000, 0xFFFFFFFF};
  mock m;
  uint64_t dice = 3, random[2] = {7, 7};
  uint32_t bits[300], wrong = 0;
  open_memory(&m);
  for (uint32_t round = 0; round < 20000; round++) {
    const uint32_t kind = round % 6, count = 1 + (uint32_t)(systole_random(&dice) % 300);
    const uint32_t top_k = 1 + (uint32_t)(systole_random(&dice) % 64), sharpness = sharpnesses[systole_random(&dice) % 5];
    for (uint32_t i = 0; i < count; i++) mock_store(&m, 1, PACKETS_LOGITS + 4 * i, bits[i] = some_logit(&dice, kind));
    fw_refresh();
    wrong += fw_sample(packets_regions[1].base + PACKETS_LOGITS, count, sharpness, top_k, &random[0]) !=
             ruled_draw(bits, count, sharpness, top_k, &random[1]);
  }
  CU_ASSERT_EQUAL(wrong, 0);
  CU_ASSERT_EQUAL(random[0], random[1]);
  close_memory(&m);
}

static void test_wild_logits(void) {
  const float none[4] = {NAN, -INFINITY, -NAN, NAN}, huge[4] = {3e38f, INFINITY, -3e38f, 1e-40f};
  mock m;
  uint64_t random = 1;
  open_memory(&m);
  store_logits(&m, none, 4);
  CU_ASSERT_EQUAL(draw(1, 4, 4, &random), UINT32_MAX);
  store_logits(&m, huge, 4);
  for (int i = 0; i < 100; i++) CU_ASSERT_TRUE(draw(1, 4, 64, &random) < 2);  // both saturate
  CU_ASSERT_EQUAL(draw(1, 4, 1, &random), 1);
  close_memory(&m);
}

void suite_firmware_draw(void) {
  static const systole_test tests[] = {
      {"draws have the shares of the softmax", test_shares},
      {"weights are those of the rules as they are written", test_weights},
      {"and so are draws", test_rules},
      {"logits that are no numbers", test_wild_logits},
      {0}};
  systole_test_suite("firmware draw", tests);
}
