// VX against docs/machine.md, computed one element at a time.
#include "sim/model/fp32.h"
#include "sim/model/vx.h"
#include "tests/unit/test_model_bench.h"

#define G(field) SYSTOLE_GET(l, VX, field)

static uint32_t element(const systole_srams *s, uint64_t space, uint64_t word, unsigned lane) {
  const uint8_t *p = systole_sram_word(s, (unsigned)space, (uint32_t)word);
  uint32_t x;
  memcpy(&x, p + 4 * lane, 4);
  return x;
}

static uint32_t scalar(const systole_srams *s, uint64_t base, unsigned i) {
  return element(s, SYSTOLE_SPACE_RS, base + i / s->dim, i % s->dim);
}

// v of row i, column q, before storing.
static uint32_t value(const systole_line *l, const systole_srams *s, unsigned i, unsigned q) {
  const unsigned j = q / s->dim, lane = q % s->dim, from = G(swap) ? lane ^ 1 : lane;
  uint32_t v = element(s, G(a_space), G(a) + i * G(a_row) + j, from), t = 0;
  v = G(a_space) == SYSTOLE_SPACE_ACC ? systole_fp32_from_int32((int32_t)v) : systole_fp32_canon(v);
  if (G(mul) == SYSTOLE_VXMUL_IMM) v = systole_fp32_mul(v, (uint32_t)G(mul_imm));
  if (G(mul) == SYSTOLE_VXMUL_ROW) v = systole_fp32_mul(v, scalar(s, G(s), i));
  if (G(b_space)) v = systole_fp32_mul(v, element(s, G(b_space), G(b) + i * G(b_row) + j, lane));
  if (G(add) == SYSTOLE_VXADD_IMM) t = (uint32_t)G(add_imm);
  if (G(add) == SYSTOLE_VXADD_ROW) t = scalar(s, G(c), i);
  if (G(add) == SYSTOLE_VXADD_C) t = element(s, G(c_space), G(c) + i * G(c_row) + j, lane);
  if (G(add)) v = systole_fp32_add(v, G(add_neg) ? t ^ 0x80000000u : t);
  switch (G(func)) {
    case SYSTOLE_VXFUNC_RELU: return systole_fp32_relu(v);
    case SYSTOLE_VXFUNC_EXP2: return systole_fp32_exp2(v);
    case SYSTOLE_VXFUNC_RECIP: return systole_fp32_recip(v);
    case SYSTOLE_VXFUNC_RSQRT: return systole_fp32_rsqrt(v);
    default: return v;
  }
}

static int64_t as_signed(uint64_t x, unsigned bits) {
  return x >> (bits - 1) & 1 ? (int64_t)x - ((int64_t)1 << bits) : (int64_t)x;
}

static bool is_outside(const systole_line *l, unsigned i, unsigned q) {
  if (q >= G(n)) return true;
  if (!G(limits)) return false;
  return q < as_signed(G(low), 32) + i * as_signed(G(low_step), 16) ||
         q >= as_signed(G(high), 32) + i * as_signed(G(high_step), 16);
}

static uint32_t term(const systole_line *l, const systole_srams *s, unsigned i, unsigned q) {
  if (is_outside(l, i, q)) return 0;
  const uint32_t v = value(l, s, i, q);
  return G(reduce) == SYSTOLE_VXREDUCE_SUMSQ ? systole_fp32_mul(v, v) : v;
}

// Columns q..q+count-1 as a balanced tree.
static uint32_t tree(const systole_line *l, const systole_srams *s, unsigned i, unsigned q,
                     unsigned count) {
  if (count == 1) return term(l, s, i, q);
  return systole_fp32_add(tree(l, s, i, q, count / 2), tree(l, s, i, q + count / 2, count / 2));
}

static uint32_t row_sum(const systole_line *l, const systole_srams *s, unsigned i) {
  const unsigned words = (unsigned)(G(n) + s->dim - 1) / s->dim;
  uint32_t p[4] = {0};
  for (unsigned j = 0; j < words; j++) {
    const uint32_t word = tree(l, s, i, j * s->dim, s->dim);
    p[j % 4] = j < 4 ? word : systole_fp32_add(p[j % 4], word);
  }
  return systole_fp32_add(systole_fp32_add(p[0], p[1]), systole_fp32_add(p[2], p[3]));
}

static uint32_t row_best(const systole_line *l, const systole_srams *s, unsigned i,
                         uint32_t *index) {
  const bool magnitude = G(reduce) == SYSTOLE_VXREDUCE_ABSMAX;
  uint32_t best = G(carry) ? scalar(s, G(r), i) : magnitude ? 0 : 0xFF800000u;
  *index = G(carry) ? scalar(s, G(x), i) : 0xFFFFFFFFu;
  for (unsigned q = 0; q < G(n); q++) {
    if (is_outside(l, i, q)) continue;
    const uint32_t v = value(l, s, i, q), candidate = magnitude ? v & 0x7FFFFFFFu : v;
    if (systole_fp32_key(candidate) > systole_fp32_key(best)) {
      best = candidate;
      *index = (uint32_t)(G(index) + q);
    }
  }
  return best;
}

// Executes l slowly: reads from `s`, writes into `want` (same size, own arrays).
static void slow(const systole_line *l, const systole_srams *s, systole_srams *want) {
  const unsigned dim = s->dim, m = (unsigned)G(m), words = (unsigned)(G(n) + dim - 1) / dim;
  for (unsigned i = 0; i < m && G(d_space); i++)
    for (unsigned q = 0; q < words * dim; q++) {
      const uint32_t v = is_outside(l, i, q) ? 0 : value(l, s, i, q);
      const size_t at = (G(d) + i * G(d_row) + q / dim) * dim + q % dim;
      if (G(d_space) == SYSTOLE_SPACE_QNT) want->qnt[at] = systole_fp32_quantise(v);
      if (G(d_space) == SYSTOLE_SPACE_VM) want->vm[at] = v;
      if (G(d_space) == SYSTOLE_SPACE_RS) want->rs[at] = v;
    }
  for (unsigned i = 0; i < (m + dim - 1) / dim * dim && G(reduce); i++) {
    uint32_t index = 0, result = 0;
    if (i < m && G(reduce) <= SYSTOLE_VXREDUCE_SUMSQ) result = row_sum(l, s, i);
    if (i < m && G(reduce) > SYSTOLE_VXREDUCE_SUMSQ) result = row_best(l, s, i, &index);
    want->rs[G(r) * dim + i] = result;
    if (G(reduce) == SYSTOLE_VXREDUCE_ARGMAX) want->rs[G(x) * dim + i] = index;
  }
}

// Mostly numbers of ordinary size, some of every other kind.
static uint32_t number(uint64_t *seed) {
  static const uint32_t odd[] = {0,          0x80000000u, 0x7F800000u, 0xFF800000u, 0x7FC00000u,
                                 0xFFFFFFFFu, 1,          0x807FFFFFu, 0x00800000u, 0x3F800000u};
  const uint64_t x = bench_random(seed);
  if ((x >> 32) % 16 == 0) return odd[(x >> 40) % 10];
  if ((x >> 32) % 16 == 1) return (uint32_t)x;
  return ((uint32_t)x & 0x83FFFFFFu) | 0x3C000000u;  // 2^-7..2^1
}

static void randomise(systole_srams *s, uint64_t *seed) {
  for (size_t i = 0; i < (size_t)s->words[SYSTOLE_SPACE_ACC] * s->dim; i++)
    s->acc[i] = (int32_t)bench_random(seed) >> bench_below(seed, 32);
  for (size_t i = 0; i < (size_t)s->words[SYSTOLE_SPACE_PAR] * s->dim; i++)
    s->par[i] = number(seed);
  for (size_t i = 0; i < (size_t)s->words[SYSTOLE_SPACE_VM] * s->dim; i++) s->vm[i] = number(seed);
  for (size_t i = 0; i < (size_t)s->words[SYSTOLE_SPACE_RS] * s->dim; i++) s->rs[i] = number(seed);
}

#define SET(field, value) SYSTOLE_SET(l, VX, field, value)
#define PICK(...) pick(seed, (const unsigned[]){__VA_ARGS__}, \
                       sizeof((const unsigned[]){__VA_ARGS__}) / sizeof(unsigned))

static unsigned pick(uint64_t *seed, const unsigned *from, size_t count) {
  return from[bench_below(seed, (unsigned)count)];
}

static void random_places(systole_line *l, uint64_t *seed) {
  const bool small = G(a_space) == SYSTOLE_SPACE_RS;  // operands in words 0..31 of RS
  SET(a, bench_below(seed, small ? 8 : 40)), SET(a_row, bench_below(seed, small ? 2 : 6));
  SET(b, bench_below(seed, 8)), SET(b_row, bench_below(seed, 2));
  SET(c, bench_below(seed, 8)), SET(c_row, bench_below(seed, 3));
  SET(s, bench_below(seed, 8));
  SET(d, G(d_space) == SYSTOLE_SPACE_RS ? 32 + bench_below(seed, 4) : 128 + bench_below(seed, 8));
  SET(d_row, G(d_space) == SYSTOLE_SPACE_RS ? bench_below(seed, 2) : 7 + bench_below(seed, 3));
  SET(r, 40), SET(x, 50);
}

static systole_line random_line(unsigned dim, uint64_t *seed) {
  systole_line line = {{SYSTOLE_OP_VX}}, *l = &line;
  const unsigned reduce = bench_below(seed, 6), carry = reduce > 2 && bench_below(seed, 2);
  SET(reduce, reduce), SET(carry, carry);
  SET(a_space, PICK(SYSTOLE_SPACE_ACC, SYSTOLE_SPACE_PAR, SYSTOLE_SPACE_VM, SYSTOLE_SPACE_RS));
  SET(mul, G(a_space) == SYSTOLE_SPACE_RS ? bench_below(seed, 2) : bench_below(seed, 3));
  SET(add, carry ? PICK(0, 1, 3) : bench_below(seed, 4));
  SET(b_space, carry || G(add) == SYSTOLE_VXADD_ROW
                   ? PICK(0, SYSTOLE_SPACE_PAR, SYSTOLE_SPACE_VM)
                   : PICK(0, SYSTOLE_SPACE_PAR, SYSTOLE_SPACE_VM, SYSTOLE_SPACE_RS));
  if (G(add) == SYSTOLE_VXADD_C) SET(c_space, PICK(SYSTOLE_SPACE_PAR, SYSTOLE_SPACE_VM));
  SET(d_space, reduce ? PICK(0, SYSTOLE_SPACE_QNT, SYSTOLE_SPACE_VM)
                      : PICK(0, SYSTOLE_SPACE_QNT, SYSTOLE_SPACE_VM, SYSTOLE_SPACE_RS));
  SET(swap, bench_below(seed, 2)), SET(add_neg, bench_below(seed, 2));
  SET(func, bench_below(seed, 5));
  SET(m, 1 + bench_below(seed, carry && dim < 11 ? dim : 11));
  SET(n, 1 + bench_below(seed, 7 * dim));
  SET(mul_imm, number(seed)), SET(add_imm, number(seed)), SET(index, bench_random(seed));
  SET(limits, bench_below(seed, 2));
  SET(low, bench_below(seed, 3 * dim) - dim), SET(high, bench_below(seed, 9 * dim) - dim);
  SET(low_step, bench_below(seed, 9) - 4), SET(high_step, bench_below(seed, 9) - 4);
  random_places(l, seed);
  return line;
}

// Rows of up to 240 words: longer than what the model takes at once.
static systole_line long_line(unsigned dim, uint64_t *seed) {
  systole_line line = random_line(dim, seed), *l = &line;
  SET(a_space, PICK(SYSTOLE_SPACE_ACC, SYSTOLE_SPACE_VM)), SET(a, bench_below(seed, 4));
  if (G(b_space)) SET(b_space, SYSTOLE_SPACE_VM);
  if (G(c_space)) SET(c_space, SYSTOLE_SPACE_VM);
  if (G(d_space)) SET(d_space, SYSTOLE_SPACE_QNT), SET(d, bench_below(seed, 8));
  SET(m, 1 + bench_below(seed, 3)), SET(n, 1 + bench_below(seed, 240 * dim));
  SET(a_row, bench_below(seed, 4)), SET(d_row, bench_below(seed, 4));
  SET(high, bench_below(seed, 300 * dim)), SET(low, bench_below(seed, 100 * dim));
  return line;
}

static void copy_results(systole_srams *to, const systole_srams *from) {
  memcpy(to->qnt, from->qnt, (size_t)from->words[SYSTOLE_SPACE_QNT] * from->dim);
  memcpy(to->vm, from->vm, (size_t)4 * from->words[SYSTOLE_SPACE_VM] * from->dim);
  memcpy(to->rs, from->rs, (size_t)4 * from->words[SYSTOLE_SPACE_RS] * from->dim);
}

static bool same_results(const systole_srams *a, const systole_srams *b) {
  return !memcmp(a->qnt, b->qnt, (size_t)a->words[SYSTOLE_SPACE_QNT] * a->dim) &&
         !memcmp(a->vm, b->vm, (size_t)4 * a->words[SYSTOLE_SPACE_VM] * a->dim) &&
         !memcmp(a->rs, b->rs, (size_t)4 * a->words[SYSTOLE_SPACE_RS] * a->dim);
}

static void run_random(systole_line make(unsigned dim, uint64_t *seed), unsigned share) {
  static const unsigned dims[] = {4, 8, 16, 128};
  uint64_t seed = bench_seed("vx");
  for (unsigned d = 0; d < 4; d++) {
    const systole_config config = bench_config(dims[d]);
    systole_srams s, want;
    CU_ASSERT_EQUAL_FATAL(systole_srams_create(&config, &s, NULL), SYSTOLE_OK);
    CU_ASSERT_EQUAL_FATAL(systole_srams_create(&config, &want, NULL), SYSTOLE_OK);
    for (unsigned n = 0; n < (dims[d] > 16 ? 60 : 500) / share; n++) {
      const systole_line line = make(dims[d], &seed);
      if (n % 20 == 0) randomise(&s, &seed);
      copy_results(&want, &s);
      slow(&line, &s, &want);
      systole_model_vx(&line, &s);
      CU_ASSERT(same_results(&s, &want));
    }
    systole_srams_destroy(&s);
    systole_srams_destroy(&want);
  }
}

static void test_random(void) { run_random(random_line, 1); }

static void test_long_rows(void) { run_random(long_line, 10); }

static void test_sum_order(void) {  // 2^24 and ones: the order of the tree shows
  const systole_config config = bench_config(4);
  systole_srams s;
  CU_ASSERT_EQUAL_FATAL(systole_srams_create(&config, &s, NULL), SYSTOLE_OK);
  systole_line line = {{SYSTOLE_OP_VX}}, *l = &line;
  SET(a_space, SYSTOLE_SPACE_VM), SET(m, 1), SET(n, 20), SET(reduce, SYSTOLE_VXREDUCE_SUM);
  s.vm[0] = 0x4B800000u;                                   // 2^24 in word 0
  for (unsigned e = 16; e < 20; e++) s.vm[e] = 0x3F800000u;  // four ones in word 4: partial 0
  s.vm[1] = 0x3F800000u;                                   // lost: 2^24 + 1 rounds to even
  s.rs[1] = 77;
  systole_model_vx(l, &s);
  CU_ASSERT_EQUAL(s.rs[0], 0x4B800002u);  // 2^24 + 4
  CU_ASSERT_EQUAL(s.rs[1], 0);            // beyond row m-1
  for (unsigned e = 0; e < 16; e++) s.vm[e] = 0x80000000u;
  SET(n, 16);  // a word of -0 in each partial
  systole_model_vx(l, &s);
  CU_ASSERT_EQUAL(s.rs[0], 0x80000000u);
  SET(n, 12);  // a partial without words is +0
  systole_model_vx(l, &s);
  CU_ASSERT_EQUAL(s.rs[0], 0);
  systole_srams_destroy(&s);
}

static void test_argmax_ties(void) {
  const systole_config config = bench_config(4);
  systole_srams s;
  CU_ASSERT_EQUAL_FATAL(systole_srams_create(&config, &s, NULL), SYSTOLE_OK);
  systole_line line = {{SYSTOLE_OP_VX}}, *l = &line;
  SET(a_space, SYSTOLE_SPACE_ACC), SET(m, 1), SET(n, 6), SET(reduce, SYSTOLE_VXREDUCE_ARGMAX);
  SET(r, 1), SET(x, 2), SET(index, 100);
  const int32_t v[] = {3, 9, -1, 9, 9, 2, 50, 50};  // columns 6 and 7 are outside
  memcpy(s.acc, v, sizeof v);
  systole_model_vx(l, &s);
  CU_ASSERT_EQUAL(s.rs[4], 0x41100000u);
  CU_ASSERT_EQUAL(s.rs[8], 101);
  SET(carry, 1), SET(index, 200);  // the same again: the first find stays
  systole_model_vx(l, &s);
  CU_ASSERT_EQUAL(s.rs[8], 101);
  SET(carry, 0), SET(limits, 1), SET(low, 6), SET(high, 100);  // nothing inside
  systole_model_vx(l, &s);
  CU_ASSERT_EQUAL(s.rs[4], 0xFF800000u);
  CU_ASSERT_EQUAL(s.rs[8], 0xFFFFFFFFu);
  systole_srams_destroy(&s);
}

void suite_model_vx(void);

void suite_model_vx(void) {
  static const systole_test tests[] = {{"random descriptors", test_random},
                                       {"rows in pieces", test_long_rows},
                                       {"order of sums", test_sum_order},
                                       {"arg-max, ties and carry", test_argmax_ties},
                                       {0}};
  systole_test_suite("model_vx", tests);
}
