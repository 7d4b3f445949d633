// MX against the sums of docs/machine.md written out.
#include "sim/model/mx.h"
#include "tests/unit/test_model_bench.h"

static void randomise(systole_srams *s, uint64_t *seed) {
  for (size_t i = 0; i < (size_t)s->words[SYSTOLE_SPACE_WGT] * s->dim; i++)
    s->wgt[i] = (int8_t)bench_random(seed);
  for (size_t i = 0; i < (size_t)s->words[SYSTOLE_SPACE_ACT] * s->dim; i++)
    s->act[i] = (int8_t)bench_random(seed), s->qnt[i] = (int8_t)bench_random(seed);
  for (size_t i = 0; i < (size_t)s->words[SYSTOLE_SPACE_ACC] * s->dim; i++)
    s->acc[i] = (int32_t)bench_random(seed);
}

// The element ACC[word][lane] after the instruction, for row i and column q.
static int32_t expected(const systole_line *l, const systole_srams *s, unsigned i, unsigned q,
                        int32_t old) {
  const unsigned dim = s->dim, k = (unsigned)SYSTOLE_GET(l, MX, k), nt = q / dim, lane = q % dim;
  const int8_t *a = SYSTOLE_GET(l, MX, a_space) == SYSTOLE_SPACE_MX_QNT ? s->qnt : s->act;
  uint32_t sum = SYSTOLE_GET(l, MX, accumulate) ? (uint32_t)old : 0;
  for (unsigned kk = 0; kk < k; kk++) {
    const unsigned kt = kk / dim, r = kk % dim;
    const uint64_t word = SYSTOLE_GET(l, MX, w) + kt * SYSTOLE_GET(l, MX, w_k) +
                          nt * SYSTOLE_GET(l, MX, w_n);
    const uint64_t from = SYSTOLE_GET(l, MX, a) + i * SYSTOLE_GET(l, MX, a_row) +
                          kt * SYSTOLE_GET(l, MX, a_tile);
    const int8_t w = SYSTOLE_GET(l, MX, transposed) ? s->wgt[(word + lane) * dim + r]
                                                    : s->wgt[(word + r) * dim + lane];
    sum += (uint32_t)(a[from * dim + r] * w);
  }
  return (int32_t)sum;
}

static systole_line random_line(unsigned dim, uint64_t *seed) {
  systole_line l = {{SYSTOLE_OP_MX}};
  const unsigned m = 1 + bench_below(seed, 11), kt = 1 + bench_below(seed, 3);
  const unsigned nt = 1 + bench_below(seed, 2);
  SYSTOLE_SET(&l, MX, a_space, bench_below(seed, 2) ? SYSTOLE_SPACE_MX_QNT : SYSTOLE_SPACE_MX_ACT);
  SYSTOLE_SET(&l, MX, transposed, bench_below(seed, 2));
  SYSTOLE_SET(&l, MX, accumulate, bench_below(seed, 2));
  SYSTOLE_SET(&l, MX, m, m);
  SYSTOLE_SET(&l, MX, k, kt * dim - bench_below(seed, dim));
  SYSTOLE_SET(&l, MX, n, nt * dim - bench_below(seed, dim));
  SYSTOLE_SET(&l, MX, a, bench_below(seed, 100));
  SYSTOLE_SET(&l, MX, a_row, bench_below(seed, 5));
  SYSTOLE_SET(&l, MX, a_tile, bench_below(seed, 40));
  SYSTOLE_SET(&l, MX, w, dim * bench_below(seed, 2));
  SYSTOLE_SET(&l, MX, w_k, dim * bench_below(seed, 2));
  SYSTOLE_SET(&l, MX, w_n, dim * bench_below(seed, 3));
  SYSTOLE_SET(&l, MX, c, bench_below(seed, 100));
  const bool tall = bench_below(seed, 2);
  SYSTOLE_SET(&l, MX, c_row, tall ? 1 : nt);
  SYSTOLE_SET(&l, MX, c_tile, tall ? m + bench_below(seed, 9) : 1);
  return l;
}

static unsigned fit(unsigned room, unsigned unit, unsigned most) {
  return room / unit < most ? (room / unit > 0 ? room / unit : 1) : most;
}

// Of all shapes that the test's memories hold: few rows and many, k beyond what
// is summed at once, one column to many.
static systole_line shaped_line(unsigned dim, uint64_t *seed) {
  systole_line l = random_line(dim, seed);
  const unsigned few = bench_below(seed, 2);
  const unsigned nt = 1 + bench_below(seed, fit(1024, dim, 9));
  const unsigned kt = 1 + bench_below(seed, fit(1024, dim * nt, 110));
  const unsigned m = 1 + bench_below(seed, few ? 4 : fit(150, nt, 150));
  SYSTOLE_SET(&l, MX, m, m);
  SYSTOLE_SET(&l, MX, k, kt * dim - bench_below(seed, dim));
  SYSTOLE_SET(&l, MX, n, nt * dim - bench_below(seed, dim));
  SYSTOLE_SET(&l, MX, a, bench_below(seed, 20));
  SYSTOLE_SET(&l, MX, a_row, bench_below(seed, 2));
  SYSTOLE_SET(&l, MX, a_tile, bench_below(seed, 4) ? 1 : 0);
  SYSTOLE_SET(&l, MX, w, 0);
  SYSTOLE_SET(&l, MX, w_k, dim), SYSTOLE_SET(&l, MX, w_n, dim * kt);
  SYSTOLE_SET(&l, MX, c, bench_below(seed, 100));
  const bool tall = bench_below(seed, 2);
  SYSTOLE_SET(&l, MX, c_row, tall ? 1 : nt), SYSTOLE_SET(&l, MX, c_tile, tall ? m : 1);
  return l;
}

// Results that overwrite each other: the last in the order of the definition stays.
static systole_line overlapping_line(unsigned dim, uint64_t *seed) {
  systole_line l = random_line(dim, seed);
  SYSTOLE_SET(&l, MX, accumulate, 0);
  SYSTOLE_SET(&l, MX, k, 1 + bench_below(seed, dim));
  SYSTOLE_SET(&l, MX, c_row, bench_below(seed, 3)), SYSTOLE_SET(&l, MX, c_tile, bench_below(seed, 4));
  return l;
}

// How many elements of ACC differ from the sums, those not written included.
static unsigned differences(const systole_line *l, const systole_srams *s, const int32_t *old) {
  const unsigned dim = s->dim, m = (unsigned)SYSTOLE_GET(l, MX, m);
  const unsigned nt = (unsigned)(SYSTOLE_GET(l, MX, n) + dim - 1) / dim;
  const size_t size = (size_t)s->words[SYSTOLE_SPACE_ACC] * dim;
  int32_t *want = malloc(size * sizeof *want);
  if (!want) abort();
  memcpy(want, old, size * sizeof *want);
  for (unsigned q = 0; q < nt * dim; q++)
    for (unsigned i = 0; i < m; i++) {
      const size_t at = (SYSTOLE_GET(l, MX, c) + i * SYSTOLE_GET(l, MX, c_row) +
                         q / dim * SYSTOLE_GET(l, MX, c_tile)) * dim + q % dim;
      want[at] = expected(l, s, i, q, old[at]);
    }
  unsigned wrong = 0;
  for (size_t e = 0; e < size; e++) wrong += want[e] != s->acc[e];
  free(want);
  return wrong;
}

static void run_random(systole_line make(unsigned dim, uint64_t *seed)) {
  static const unsigned dims[] = {4, 8, 16, 32, 64, 128};
  uint64_t seed = bench_seed("mx");
  for (unsigned d = 0; d < 6; d++) {
    const systole_config config = bench_config(dims[d]);
    systole_srams s;
    CU_ASSERT_EQUAL_FATAL(systole_srams_create(&config, &s, NULL), SYSTOLE_OK);
    const size_t size = sizeof(int32_t) * s.words[SYSTOLE_SPACE_ACC] * s.dim;
    int32_t *old = malloc(size);
    for (unsigned n = 0; old && n < (dims[d] > 32 ? 10 : 60); n++) {
      const systole_line line = make(dims[d], &seed);
      randomise(&s, &seed);
      memcpy(old, s.acc, size);
      systole_model_mx(&line, &s);
      CU_ASSERT_EQUAL(differences(&line, &s, old), 0);
    }
    free(old);
    systole_srams_destroy(&s);
  }
}

static void test_random(void) { run_random(random_line); }
static void test_shapes(void) { run_random(shaped_line); }
static void test_overlaps(void) { run_random(overlapping_line); }

// [1 2; 3 4] x [5 6; 7 8], whose columns in transposed form are rows.
static void test_by_hand(void) {
  const systole_config config = bench_config(4);
  for (unsigned transposed = 0; transposed < 2; transposed++) {
    systole_srams s;
    CU_ASSERT_EQUAL_FATAL(systole_srams_create(&config, &s, NULL), SYSTOLE_OK);
    systole_line l = {{SYSTOLE_OP_MX}};
    SYSTOLE_SET(&l, MX, a_space, SYSTOLE_SPACE_MX_ACT);
    SYSTOLE_SET(&l, MX, transposed, transposed);
    SYSTOLE_SET(&l, MX, m, 2), SYSTOLE_SET(&l, MX, k, 2), SYSTOLE_SET(&l, MX, n, 2);
    SYSTOLE_SET(&l, MX, a_row, 1), SYSTOLE_SET(&l, MX, c_row, 1);
    s.act[0] = 1, s.act[1] = 2, s.act[4] = 3, s.act[5] = 4;
    s.act[2] = 99;  // beyond k: counts as zero
    s.wgt[0] = 5, s.wgt[transposed ? 4 : 1] = 6, s.wgt[transposed ? 1 : 4] = 7, s.wgt[5] = 8;
    s.wgt[transposed ? 2 : 8] = 99;
    s.acc[0] = 1000;
    systole_model_mx(&l, &s);
    CU_ASSERT_EQUAL(s.acc[0], 19);
    CU_ASSERT_EQUAL(s.acc[1], 22);
    CU_ASSERT_EQUAL(s.acc[4], 43);
    CU_ASSERT_EQUAL(s.acc[5], 50);
    systole_srams_destroy(&s);
  }
}

// The largest product sums of a tile, and sums that wrap.
static void test_extremes(void) {
  const systole_config config = bench_config(128);
  systole_srams s;
  CU_ASSERT_EQUAL_FATAL(systole_srams_create(&config, &s, NULL), SYSTOLE_OK);
  systole_line l = {{SYSTOLE_OP_MX}};
  SYSTOLE_SET(&l, MX, a_space, SYSTOLE_SPACE_MX_QNT);
  SYSTOLE_SET(&l, MX, accumulate, 1);
  SYSTOLE_SET(&l, MX, m, 1), SYSTOLE_SET(&l, MX, k, 128), SYSTOLE_SET(&l, MX, n, 1);
  memset(s.qnt, 0x80, 128);
  memset(s.wgt, 0x80, 128 * 128);
  s.acc[0] = INT32_MAX;
  systole_model_mx(&l, &s);
  CU_ASSERT_EQUAL(s.acc[0], INT32_MIN + 128 * 128 * 128 - 1);
  CU_ASSERT_EQUAL(s.acc[127], 128 * 128 * 128);  // columns beyond n are computed
  systole_srams_destroy(&s);
}

void suite_model_mx(void);

void suite_model_mx(void) {
  static const systole_test tests[] = {{"random descriptors", test_random},
                                       {"few rows and many, deep and wide", test_shapes},
                                       {"results over results", test_overlaps},
                                       {"two by two by hand", test_by_hand},
                                       {"extremes", test_extremes},
                                       {0}};
  systole_test_suite("model_mx", tests);
}
